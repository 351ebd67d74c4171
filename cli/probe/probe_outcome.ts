/**
 * What a probe of one server found, before it is put into words.
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
import type { SendObstacle } from "./send_obstacle.ts";
import type { Endpoint } from "../../wire/endpoint.ts";

/** A server and what was found. */
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
  /** Whether it was asked with an identifier and a secret. */
  readonly hasSecret: boolean;
  /** Why the server is silent, if something says so. */
  readonly obstacle: SendObstacle | undefined;
  /** The address that a client would get, 16 octets. */
  readonly address: Uint8Array | undefined;
  /** How long mappings last, if that was tested. */
  lifetime?: LifetimeFindings | undefined;
}

/** A server that could not be asked. */
interface NotProbed {
  readonly type: "not_probed";
  readonly name: string;
  /** The check that failed. */
  readonly check: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Whether a client can use the server from here. */
export function isUsable(outcome: ProbeOutcome): outcome is Probed {
  return outcome.type === "probed" && qualifies(outcome.findings);
}

/** Whether the probe came to its end. The test of how long mappings last does not count. */
export function isComplete(outcome: ProbeOutcome): boolean {
  return outcome.type === "not_probed" || outcome.findings.isComplete;
}

/** The NAT's name. */
export function natOf({ findings, isOwn }: Probed): NatName {
  return nameNat(findings, isOwn);
}

/**
 * The usable server that answers fastest; one that shows what the NAT is like comes before others.
 */
export function recommend(outcomes: readonly ProbeOutcome[]): Probed | undefined {
  const fastest = (outcome: Probed) => medianOf(outcome.findings.primary.roundTrips) ?? Infinity;
  const doubt = ({ findings }: Probed) => "value" in findings.mapping ? 0 : 1;
  return outcomes.filter(isUsable)
    .sort((a, b) => doubt(a) - doubt(b) || fastest(a) - fastest(b))[0];
}
