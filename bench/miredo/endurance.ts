/**
 * The client's memory after much traffic.
 *
 * @module
 */

import { ADDRESS } from "../../tests/netns/plan.ts";
import { openArena } from "./contestant.ts";
import { tcp } from "./iperf.ts";
import { memory } from "./process_usage.ts";

/** What was seen. */
interface Endurance {
  /** Gigabytes that the client had sent or received, and its memory then, in MB. */
  readonly steps: readonly { readonly gigabytes: number; readonly resident: number }[];
  /** The last step's memory in parts of the first one's. */
  readonly growth: number;
}

/** After how many octets memory is looked at. */
const STEPS = [1e9, 2e9, 5e9, 10e9];

/** Seconds of traffic each way before it is counted again. */
const PORTION = 2;

/** Sends and receives by turns. */
export async function measureEndurance(): Promise<Endurance> {
  await using arena = await openArena("ours");
  const client = arena.lab.sites.A.client;
  const { native } = arena.lab;
  const ways = [
    { from: client, to: native, address: ADDRESS.native, seconds: PORTION },
    { from: native, to: client, address: arena.a.address, seconds: PORTION },
  ];
  const steps: { gigabytes: number; resident: number }[] = [];
  let octets = 0;
  for (const step of STEPS) {
    for (let i = 0; octets < step; i++) octets += (await tcp(ways[i % 2]!)).octets;
    const { resident } = memory(arena.a.process.pid);
    steps.push({ gigabytes: octets / 1e9, resident });
  }
  return { steps, growth: steps.at(-1)!.resident / steps[0]!.resident };
}
