/**
 * What a probe of one server came to, before anything is said about it.
 *
 * @module
 */

import type { LifetimeFindings } from "../../client/probe/mapping_lifetime.ts";
import {
  medianOf,
  nameNat,
  type NatName,
  qualifies,
  type ServerFindings,
} from "../../client/probe/findings.ts";
import type { Endpoint } from "../../wire/endpoint.ts";

/** A server as it was named, and what was found. */
export type ProbeOutcome = Probed | NotProbed;

/** A server that was asked. */
export interface Probed {
  readonly type: "probed";
  /** As it was given. */
  readonly name: string;
  readonly findings: ServerFindings;
  /** The port that its addresses were asked from. */
  readonly localPort: number;
  /** Whether an endpoint is one of this host's sockets, as it is without a NAT. */
  readonly isOwn: (at: Endpoint) => boolean;
  /** Whether this host could send nothing. */
  readonly couldNotSend: boolean;
  /** The address that a client would have there, 16 octets. */
  readonly address: Uint8Array | undefined;
  /** How long mappings last, where that was tried. */
  lifetime?: LifetimeFindings | undefined;
}

/** A server that could not be asked. */
export interface NotProbed {
  readonly type: "not_probed";
  readonly name: string;
  /** What was checked when it came to light. */
  readonly check: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Whether a client can use the server from here. */
export function isUsable(outcome: ProbeOutcome): outcome is Probed {
  return outcome.type === "probed" && qualifies(outcome.findings);
}

/** Whether all was asked, and not interrupted; how long mappings last is another matter. */
export function isOver(outcome: ProbeOutcome): boolean {
  return outcome.type === "not_probed" || outcome.findings.isComplete;
}

/** The NAT's name. */
export function natOf({ findings, isOwn }: Probed): NatName {
  return nameNat(findings, isOwn);
}

/** The usable server that answers soonest; one that shows what the NAT is like comes before others. */
export function recommend(outcomes: readonly ProbeOutcome[]): Probed | undefined {
  const soonest = (outcome: Probed) => medianOf(outcome.findings.primary.roundTrips) ?? Infinity;
  const doubt = ({ findings }: Probed) => "value" in findings.mapping ? 0 : 1;
  return outcomes.filter(isUsable)
    .sort((a, b) => doubt(a) - doubt(b) || soonest(a) - soonest(b))[0];
}
