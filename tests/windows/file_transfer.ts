/**
 * A file over TCP from one machine of the lab to another, with its checksum.
 *
 *     deno run -A file_transfer.ts receive PORT             says "ready", then "OCTETS SHA-256"
 *     deno run -A file_transfer.ts send ADDRESS PORT OCTETS  says "OCTETS SHA-256"
 *
 * @module
 */

import { createHash } from "node:crypto";
import { denoRun } from "../netns/deno_run.ts";
import type { Machine } from "../netns/machine.ts";

/** Octets handed to the kernel at a time. */
const CHUNK = 64 * 1024;

const PROGRAM = "tests/windows/file_transfer.ts";
const PORT = "5002";

/** A file: its octets, and its SHA-256 in hexadecimal digits. */
interface FileSummary {
  readonly octets: number;
  readonly digest: string;
}

const SUMMARY = /^(\d+) ([0-9a-f]{64})$/;

/** Sends random octets to an address of another machine. */
export async function transferFile(
  from: Machine,
  to: Machine,
  address: string,
  octets: number,
): Promise<{ sent: FileSummary; received: FileSummary }> {
  const receiver = await to.spawn(...denoRun(PROGRAM), "receive", PORT);
  await receiver.waitForLog(/^ready$/);
  const sender = await from.spawn(...denoRun(PROGRAM), "send", address, PORT, String(octets));
  const timeout = 120_000;
  const [sent, received] = await Promise.all([
    sender.waitForLog(SUMMARY, { timeout }),
    receiver.waitForLog(SUMMARY, { timeout }),
  ]);
  return { sent: summaryOf(sent), received: summaryOf(received) };
}

function summaryOf([, octets, digest]: RegExpMatchArray): FileSummary {
  return { octets: Number(octets), digest: digest! };
}

async function receive(port: number): Promise<void> {
  using listener = Deno.listen({ hostname: "::", port });
  say("ready");
  using connection = await listener.accept();
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  let octets = 0;
  for (let count; (count = await connection.read(buffer)) !== null;) {
    octets += count;
    hash.update(buffer.subarray(0, count));
  }
  say(`${octets} ${hash.digest("hex")}`);
}

async function send(hostname: string, port: number, octets: number): Promise<void> {
  using connection = await Deno.connect({ hostname, port });
  const hash = createHash("sha256");
  for (let left = octets; left > 0;) {
    const chunk = crypto.getRandomValues(new Uint8Array(Math.min(left, CHUNK)));
    for (let at = 0; at < chunk.length;) at += await connection.write(chunk.subarray(at));
    hash.update(chunk);
    left -= chunk.length;
  }
  await connection.closeWrite();
  say(`${octets} ${hash.digest("hex")}`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [role, ...args] = Deno.args;
  if (role === "receive") await receive(Number(args[0]));
  else await send(args[0]!, Number(args[1]), Number(args[2]));
}
