/**
 * A crowd of clients that live for a moment: runs within the lab.
 *
 *     deno run -A crowd.ts '{"servers":["83.1.1.1"],"targets":["2a00:1::2"],"lives":100,"together":10}'
 *
 * Each client opens its socket, qualifies with one of the servers, pings one of the targets, and
 * ends. The program says a {@linkcode CrowdResult}.
 *
 * @module
 */

import { TeredoClient } from "../../nodes/mod.ts";
import { encodeEcho, Icmpv6Type, isEchoReply } from "../../wire/icmpv6.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";

/** What the program is told. */
export interface CrowdOptions {
  readonly servers: readonly string[];
  readonly targets: readonly string[];
  /** How many clients there are in all, and at a time. */
  readonly lives: number;
  readonly together: number;
}

/** What came of it. */
export interface CrowdResult {
  readonly qualified: number;
  readonly answered: number;
}

/**
 * How long a client waits for its address, and then for an answer, in milliseconds: a solicitation
 * that is lost on a busy machine is repeated after four seconds.
 */
const PATIENCE = 10_000;

/** Between two echo requests, in milliseconds. */
const PAUSE = 1_000;

async function live(server: string, target: string): Promise<"silent" | "qualified" | "answered"> {
  await using client = await TeredoClient.start({ servers: [{ primary: server }] });
  const source = await within(PATIENCE, client.qualified);
  if (source === undefined) return "silent";
  const request = encodeEcho({
    type: Icmpv6Type.ECHO_REQUEST,
    source,
    destination: parseIpv6(target)!,
    identifier: 1,
    sequence: 1,
    data: new Uint8Array(8),
  });
  client.send(request);
  const again = setInterval(() => client.send(request), PAUSE);
  const answer = await within(PATIENCE, firstReply(client.packets));
  clearInterval(again);
  return answer === undefined ? "qualified" : "answered";
}

async function firstReply(packets: ReadableStream<Uint8Array>): Promise<true | undefined> {
  for await (const packet of packets) if (isEchoReply(packet)) return true;
  return undefined;
}

/** What a promise gives; `undefined` if that takes too long. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), milliseconds);
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function main({ servers, targets, lives, together }: CrowdOptions): Promise<void> {
  const result = { qualified: 0, answered: 0 };
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < lives; i = next++) {
      const end = await live(servers[i % servers.length]!, targets[i % targets.length]!);
      if (end !== "silent") result.qualified++;
      if (end === "answered") result.answered++;
    }
  };
  await Promise.all(Array.from({ length: together }, lane));
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));
