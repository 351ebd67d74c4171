/**
 * A million hostile datagrams for one machine, and what must hold for each.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { DropReason } from "../../protocol/drop_reason.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { CountingSink } from "./counting_sink.ts";
import { HostileDatagrams } from "./hostile_datagrams.ts";

/** How many datagrams each role gets. */
const MILLION = 1_000_000;

/**
 * Refusals because of room or rate: the datagram itself may be good, and may have been looked into.
 */
const LIMITS: ReadonlySet<DropReason> = new Set(["queue_full", "rate_limited"]);

/** A machine under attack. */
export interface Target {
  /** Hands it a datagram. */
  receive(datagram: Uint8Array, from: Endpoint, sink: CountingSink): void;
  /**
   * All that it remembers, as one value that is another one after any change. The order in which
   * peers were last mentioned does not count: it says no more than which of them would make room
   * for others.
   */
  state(): string | number;
  /**
   * Whether the rules allow to use the datagram: the test's own opinion, asked for what was used.
   */
  mayUse(datagram: Uint8Array, from: Endpoint): boolean;
  /** Whether one datagram may go out because of one that is dropped for this reason. */
  readonly mayAsk?: (reason: DropReason | undefined) => boolean;
  /** The most outputs and octets that a datagram may set free, in all. */
  readonly maxOutputs: number;
  readonly maxGrowth: number;
}

/** What became of the datagrams. */
interface Outcome {
  /** Valid in spite of all, and used. */
  readonly used: number;
  /** By the reason of the drop. */
  readonly dropped: ReadonlyMap<DropReason, number>;
}

/**
 * Attacks each of the targets in turn, and asserts that what is not valid makes no output and no
 * state.
 */
export function attack(seed: string, targets: readonly Target[], count = MILLION): Outcome {
  const stream = new HostileDatagrams(seed);
  const sink = new CountingSink();
  const dropped = new Map<DropReason, number>();
  const states = targets.map((target) => target.state());
  let used = 0;
  for (let i = 0; i < count; i++) {
    const which = i % targets.length;
    const target = targets[which]!;
    const datagram = stream.next();
    sink.clear();
    target.receive(datagram, stream.from, sink);
    const reason = sink.dropped;
    const isGood = reason === undefined || LIMITS.has(reason);
    // Messages only when needed: this is the inner loop.
    if (!isGood) {
      const allowed = target.mayAsk?.(reason) ? 1 : 0;
      if (sink.outputs > allowed) fail("made an output", i, datagram, reason);
      if (allowed > 0 && sink.octets > datagram.length) fail("grew", i, datagram, reason);
      if (target.state() !== states[which]) fail("left a trace", i, datagram, reason);
    } else {
      if (!target.mayUse(datagram, stream.from)) fail("was used", i, datagram, reason);
      if (sink.outputs > target.maxOutputs) fail("made too many outputs", i, datagram, reason);
      if (sink.octets > datagram.length + target.maxGrowth) fail("grew", i, datagram, reason);
      states[which] = target.state();
    }
    if (reason === undefined) used++;
    else dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
  }
  return { used, dropped };
}

/**
 * How deep an attack has to get, lest it prove nothing: many reasons to drop, and few good
 * datagrams.
 */
interface Depth {
  readonly leastUsed: number;
  readonly mostUsed: number;
  readonly leastReasons: number;
}

/** Asserts the bounds of what was used, and that every datagram was either used or dropped. */
export function assertDeep({ used, dropped }: Outcome, depth: Depth): void {
  const text = JSON.stringify({ used, ...Object.fromEntries(dropped) });
  assert(used >= depth.leastUsed && used <= depth.mostUsed, text);
  assert(dropped.size >= depth.leastReasons, text);
  const total = [...dropped.values()].reduce((sum, count) => sum + count, used);
  assertEquals(total, MILLION, text);
}

function fail(what: string, index: number, datagram: Uint8Array, reason?: DropReason): never {
  throw new Error(`Datagram ${index} (${reason ?? "no drop"}) ${what}: ${datagram.toHex()}`);
}
