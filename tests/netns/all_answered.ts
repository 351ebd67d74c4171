/**
 * Pings of which none may be lost.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Machine } from "./machine.ts";
import type { PingOptions, PingResult } from "./ping.ts";

/** How long late answers are waited for, in seconds: a client that starts on a busy machine is slow. */
export const PATIENCE = 10;

/** Pings, and asserts that every request is answered, however late. */
export async function assertAllAnswered(
  from: Machine,
  to: string,
  options: PingOptions = {},
): Promise<PingResult> {
  const ping = await from.ping(to, { patience: PATIENCE, ...options });
  assertEquals(ping.received, options.count ?? 1, `${from.name} to ${to}: ${ping.text}`);
  return ping;
}

/**
 * Asserts that 20 pings of 20 are answered, after a first one that finds the way.
 *
 * @param patience in seconds
 */
export async function assertSteady(from: Machine, to: string, patience = PATIENCE): Promise<void> {
  await assertAllAnswered(from, to, { patience });
  await assertAllAnswered(from, to, { count: 20, interval: 0.05, patience });
}
