/**
 * A transfer over TCP between two machines of the lab, by nothing but Deno.
 *
 *     deno run -A transfer.ts receive PORT            says "ready", then "OCTETS MILLISECONDS"
 *     deno run -A transfer.ts send ADDRESS PORT SECONDS
 *
 * @module
 */

import { denoRun } from "./deno_run.ts";
import type { Machine } from "./machine.ts";

/** Octets handed to the kernel at a time. */
const CHUNK = 64 * 1024;

const PROGRAM = "tests/netns/transfer.ts";
const PORT = "5001";

/** What arrived. */
interface Transfer {
  readonly octets: number;
  /** From the first octet to the last, in milliseconds. */
  readonly duration: number;
}

/** Sends as much as possible for some seconds to an address of another machine. */
export async function transfer(
  from: Machine,
  to: Machine,
  address: string,
  seconds: number,
): Promise<Transfer> {
  const receiver = await to.spawn(...denoRun(PROGRAM), "receive", PORT);
  await receiver.waitForLog(/^ready$/);
  await from.run(...denoRun(PROGRAM), "send", address, PORT, String(seconds));
  const [, octets, duration] = await receiver.waitForLog(/^(\d+) ([\d.]+)$/);
  return { octets: Number(octets), duration: Number(duration) };
}

/** Millions of bits in a second. */
export function megabitsPerSecond({ octets, duration }: Transfer): number {
  return octets * 8 / 1000 / duration;
}

async function receive(port: number): Promise<void> {
  using listener = Deno.listen({ hostname: "::", port });
  say("ready");
  using connection = await listener.accept();
  const buffer = new Uint8Array(CHUNK);
  let octets = 0;
  let start: number | undefined;
  for (let count; (count = await connection.read(buffer)) !== null;) {
    start ??= performance.now();
    octets += count;
  }
  say(`${octets} ${(performance.now() - (start ?? 0)).toFixed(1)}`);
}

async function send(hostname: string, port: number, seconds: number): Promise<void> {
  using connection = await Deno.connect({ hostname, port });
  const chunk = new Uint8Array(CHUNK);
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) await connection.write(chunk);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [role, ...args] = Deno.args;
  if (role === "receive") await receive(Number(args[0]));
  else await send(args[0]!, Number(args[1]), Number(args[2]));
}
