/**
 * Connects to a port and to a socket in the file system again and again, and says nothing: runs
 * within the sandbox.
 *
 *     deno run -A idle_connections.ts HOST:PORT PATH        says "connected", and then waits
 *
 * @module
 */

const CONNECTIONS = 1_000;

if (import.meta.main) {
  const [place, path] = Deno.args;
  const [hostname, port] = place!.split(":");
  const idle: Deno.Conn[] = [];
  for (let i = 0; i < CONNECTIONS; i++) {
    idle.push(await Deno.connect({ hostname: hostname!, port: Number(port) }));
    idle.push(await Deno.connect({ transport: "unix", path: path! }));
  }
  Deno.stdout.writeSync(new TextEncoder().encode("connected\n"));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  for (const connection of idle) connection.close();
}
