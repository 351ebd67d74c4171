/**
 * What many peers cost: a client and a relay in a process without any socket, which are told of
 * peers by bubbles.
 *
 * @module
 */

import { prefetch } from "../../tests/netns/deno_run.ts";
import type { PeerMemory } from "./peer_memory.ts";

const PROGRAM = "bench/miredo/peer_memory.ts";

/** How many peers there are. */
const COUNTS = [1, 10_000, 50_000];

/** The memory of each role for each number of peers. */
export async function measurePeers(): Promise<PeerMemory[]> {
  await prefetch(PROGRAM);
  const found: PeerMemory[] = [];
  for (const role of ["client", "relay"]) {
    for (const count of COUNTS) found.push(await inProcess(role, count));
  }
  return found;
}

/** Each has its own process; otherwise it would inherit the memory of the previous one. */
async function inProcess(role: string, count: number): Promise<PeerMemory> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", "--no-config", "--v8-flags=--expose-gc,--max-semi-space-size=2"],
      ...[new URL("peer_memory.ts", import.meta.url).pathname, role, String(count)],
    ],
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`${PROGRAM} ended with code ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
