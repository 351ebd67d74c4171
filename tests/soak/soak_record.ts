/**
 * What a soak saw: samples over time, and what went wrong.
 *
 * @module
 */

import type { Vitals } from "./vitals.ts";

/** How a soak runs. Times are in seconds. */
export interface SoakOptions {
  readonly duration: number;
  /** What is not compared: the time until caches, tables and compiled code have their size. */
  readonly warmUp: number;
  /** From one sample to the next. */
  readonly interval: number;
  /** How long everything rests at the end. */
  readonly rest: number;
  /** How many clients of a moment come at a time. */
  readonly crowd: number;
}

/** A role at a moment. */
export interface RoleSample extends Vitals {
  /** Peers that it knows, or accounts of a gateway. */
  readonly entries: number;
}

/** The world at a moment. */
export interface Sample {
  /** Since the beginning, in seconds. */
  readonly at: number;
  readonly roles: Readonly<Record<string, RoleSample>>;
  /** Round trips of all pairs since the last sample, in milliseconds. */
  readonly roundTrips: readonly number[];
  readonly requests: number;
}

/** Something that must not happen. */
export interface Fault {
  /** Since the beginning, in seconds. */
  readonly at: number;
  readonly what: string;
}

/** Something that took longer than the soak had patience, or was lost on the way. */
export interface Delay extends Fault {
  /** The share of the last minute in which programs waited for a processor; unknown on old kernels. */
  readonly pressure: number | undefined;
}

/** The whole soak. */
export interface SoakRecord {
  readonly options: SoakOptions;
  readonly started: string;
  /** What was tested, and on which machine. */
  readonly program: string;
  readonly machine: string;
  readonly samples: readonly Sample[];
  /** The longest time without an answer of each pair, in seconds. */
  readonly silences: Readonly<Record<string, number>>;
  /** How often each kind of churn took place. */
  readonly counts: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
  readonly delays: readonly Delay[];
}
