/**
 * Waiting for the kernel's routes: programs report an address before or after they set it up.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import { pause } from "../pause.ts";

/** Between two looks, in milliseconds, and how many looks. */
const PAUSE = 20;
const LOOKS = 500;

/** Waits until a machine has an IPv6 route through a device: `default`, or to a prefix. */
export async function waitForRoute(machine: Machine, device: string, to = "default") {
  for (let looks = 0; looks < LOOKS; looks++) {
    const routes = await machine.ip("-6 route show");
    if (routes.split("\n").some((line) => line.startsWith(`${to} dev ${device} `))) return;
    await pause(PAUSE);
  }
  throw new Error(`${machine.name} has got no route to ${to} through ${device}`);
}
