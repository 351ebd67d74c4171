/**
 * Makes V8's code cache of the program, which becomes a part of the executable.
 *
 * @module
 */

/** The network in which the roles run for it: all of a server's and a client's IPv4 addresses. */
export const NETWORK = {
  primary: "83.1.0.1",
  secondary: "83.1.0.2",
  /** Where the client sends from. A source of the server's own would look like a symmetric NAT. */
  own: "83.1.0.9",
} as const;

/** How long the roles may take, in milliseconds. */
const PATIENCE = 30_000;

/**
 * The command that runs another one in a new network namespace, where it has {@linkcode NETWORK}.
 * Only Linux has that; a user who is not root gets it in a user namespace.
 */
function inOwnNetwork(isRoot: boolean): string[] {
  const { primary, secondary, own } = NETWORK;
  const commands = ["ip link set lo up", `ip address add ${own}/32 dev lo`];
  for (const server of [primary, secondary]) {
    commands.push(
      `ip address add ${server}/32 dev lo`,
      `ip route replace local ${server} dev lo table local src ${own}`,
    );
  }
  const user = isRoot ? [] : ["--user", "--map-root-user"];
  const script = `${commands.join("; ")}; exec "$@"`;
  return ["unshare", ...user, "--net", "sh", "-ec", script, "sh"];
}

/**
 * Runs the roles from a script, and writes the code cache of what they ran.
 *
 * @param arguments_ the arguments of `deno` that run the trainer as the executable will be run, but
 * for the last one
 * @returns Undefined, or why there is no cache: the executable works without it, and starts later.
 */
export async function makeCodeCache(arguments_: readonly string[]): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "it is made on Linux only";
  const folder = await Deno.makeTempDir({ prefix: "teredo-train-" });
  const trainer = [Deno.execPath(), ...arguments_, folder];
  const [program, ...args] = [...inOwnNetwork(Deno.uid() === 0), ...trainer];
  try {
    const { success, stderr } = await new Deno.Command(program!, {
      args,
      stdout: "null",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "the command unshare is missing";
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
