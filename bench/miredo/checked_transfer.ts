/**
 * A transfer over TCP of which both ends know the checksum: runs within the lab.
 *
 *     deno run -A checked_transfer.ts receive PORT                    says "ready", then a `ReceivedFile`
 *     deno run -A checked_transfer.ts send ADDRESS PORT SECONDS       says a `SentFile`
 *
 * @module
 */

import { createHash } from "node:crypto";

/** Octets handed to the kernel at a time. */
const CHUNK = 64 * 1024;

/** What was sent. */
export interface SentFile {
  readonly octets: number;
  /** SHA-256, in hexadecimal digits. */
  readonly digest: string;
}

/** What arrived. */
export interface ReceivedFile extends SentFile {
  /** From the connection to its end, in milliseconds. */
  readonly duration: number;
  /**
   * The longest time without a new octet, and how long after the beginning it began, in
   * milliseconds.
   */
  readonly longestStall: number;
  readonly stalledAt: number;
}

async function receive(port: number): Promise<void> {
  using listener = Deno.listen({ hostname: "::", port });
  say("ready");
  using connection = await listener.accept();
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  const begun = performance.now();
  let octets = 0;
  let last = begun;
  let longestStall = 0;
  let stalledAt = 0;
  for (let count; (count = await connection.read(buffer)) !== null;) {
    const now = performance.now();
    if (now - last > longestStall) {
      longestStall = now - last;
      stalledAt = last - begun;
    }
    last = now;
    octets += count;
    hash.update(buffer.subarray(0, count));
  }
  const duration = performance.now() - begun;
  say({ octets, digest: hash.digest("hex"), duration, longestStall, stalledAt });
}

async function send(hostname: string, port: number, seconds: number): Promise<void> {
  using connection = await Deno.connect({ hostname, port });
  const hash = createHash("sha256");
  const chunk = crypto.getRandomValues(new Uint8Array(CHUNK));
  const count = new DataView(chunk.buffer);
  const end = performance.now() + seconds * 1000;
  let octets = 0;
  while (performance.now() < end) {
    // No two chunks are alike, or one that comes twice or in another's place would go unnoticed.
    count.setFloat64(0, octets);
    for (let at = 0; at < CHUNK;) at += await connection.write(chunk.subarray(at));
    hash.update(chunk);
    octets += CHUNK;
  }
  await connection.closeWrite();
  say({ octets, digest: hash.digest("hex") });
}

function say(what: "ready" | SentFile | ReceivedFile): void {
  const line = typeof what === "string" ? what : JSON.stringify(what);
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [role, ...args] = Deno.args;
  if (role === "receive") await receive(Number(args[0]));
  else await send(args[0]!, Number(args[1]), Number(args[2]));
}
