/**
 * What a mapper reports.
 *
 * @module
 */

import type { MappingFailure, MappingProtocol, PortMapping } from "./port_mapping.ts";

/** A change that a client or a person may want to know of. */
export type MapperEvent =
  /** The router made a mapping, or it leads from elsewhere now. */
  | {
    readonly type: "port_mapped";
    readonly mapping: PortMapping;
    /** In milliseconds; `Infinity` if it stays until it is removed. */
    readonly lifetime: number;
    /** The mapping before this one, if there was one. */
    readonly previous: PortMapping | undefined;
  }
  /** The mapping lasts longer now. */
  | {
    readonly type: "port_renewed";
    readonly mapping: PortMapping;
    readonly lifetime: number;
    /** Whether the router restarted, so that this is a new mapping. */
    readonly hasRestarted: boolean;
  }
  /** There is no mapping; the router is asked again in `retryIn` ms. */
  | {
    readonly type: "port_not_mapped";
    readonly reason: MappingFailure;
    /** What each protocol that was tried ended with. */
    readonly tried: readonly TriedProtocol[];
    readonly retryIn: number;
    /** The mapping that is gone, if there was one. */
    readonly previous: PortMapping | undefined;
  }
  /** A mapping was removed: of this run, or one that an earlier run left. */
  | { readonly type: "port_removed"; readonly mapping: PortMapping }
  /** The mapping is no longer used, but the router could not be asked to remove it. */
  | { readonly type: "port_abandoned"; readonly mapping: PortMapping };

/** What a protocol that was tried ended with. */
export interface TriedProtocol {
  readonly protocol: MappingProtocol;
  readonly reason: MappingFailure;
}

/** Failures that say no more than that the router knows no such protocol. */
const SILENCES: readonly MappingFailure[] = ["no_answer", "unsupported"];

/** The failure to report: a refusal says more than silence. */
export function mostTelling(tried: readonly TriedProtocol[]): MappingFailure {
  const reasons = tried.map(({ reason }) => reason);
  return reasons.find((reason) => !SILENCES.includes(reason)) ??
    reasons.find((reason) => reason !== "no_answer") ?? "no_answer";
}
