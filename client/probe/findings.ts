/**
 * What a probe finds out about a server, and about the NAT on the way to it.
 *
 * @module
 */

import type { DropReason } from "../../protocol/drop_reason.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import type { ServerAddresses } from "../client_config.ts";

/** What was found, or why it was not. */
export type Finding<T, Why extends string> =
  | { readonly value: T }
  | { readonly unknown: Why };

/** One of a server's two addresses. */
export interface AddressFinding {
  /** The address, port 3544. */
  readonly target: Endpoint;
  /** From solicitation to advertisement, in milliseconds; empty where nothing acceptable came. */
  readonly roundTrips: readonly number[];
  /** Where this address sees the probe's socket. */
  readonly mapping: Endpoint | undefined;
  /** The MTU that it advertises in octets. */
  readonly mtu: number | undefined;
  /** Why an answer was not accepted, if one came. */
  readonly refusal: DropReason | undefined;
}

/**
 * RFC 4787 §4.1, as far as two addresses with one port each can tell: whether both see the same
 * mapping. On which parts of its destination another mapping depends stays open.
 */
export type MappingBehaviour = "endpoint_independent" | "destination_dependent";

/** RFC 4787 §5: whom a mapping lets in. */
export type FilteringBehaviour =
  | "endpoint_independent"
  | "address_dependent"
  | "address_and_port_dependent";

/** Why the mapping is not known. */
export type MappingUnknown =
  /** Not both addresses answered. */
  "server_silent";

/** Why the filtering is not known. */
export type FilteringUnknown =
  | "server_silent"
  /** Each destination has a mapping of its own, and what is sent to one opens no other. */
  | "mapping_dependent"
  /** The server does not answer from its other address even where that is let in. */
  | "cone_bit_ignored";

/** Why it is not known whether inside hosts reach each other at their mappings. */
export type HairpinningUnknown =
  | "server_silent"
  | "mapping_dependent"
  /** There is nothing to turn packets round. */
  | "no_nat";

/** All that a probe of one server finds. */
export interface ServerFindings {
  readonly server: ServerAddresses;
  readonly isComplete: boolean;
  readonly primary: AddressFinding;
  readonly secondary: AddressFinding;
  readonly mapping: Finding<MappingBehaviour, MappingUnknown>;
  readonly filtering: Finding<FilteringBehaviour, FilteringUnknown>;
  readonly hairpinning: Finding<boolean, HairpinningUnknown>;
}

/** The kinds of NAT by their names of RFC 3489 and RFC 6081 §2. */
export type NatName =
  /** Nothing translates; a firewall may filter all the same. */
  | "none"
  | "full_cone"
  | "address_restricted"
  | "port_restricted"
  | "symmetric"
  /** Endpoint-independent mapping, and no telling whom it lets in. */
  | "cone_of_some_kind"
  | "unknown";

/**
 * The name of the NAT that was found.
 *
 * @param isOwn whether an endpoint is one of this host's: seen from outside as it is, nothing
 * translates
 */
export function nameNat(findings: ServerFindings, isOwn: (at: Endpoint) => boolean): NatName {
  const { primary, secondary, mapping, filtering } = findings;
  if ("unknown" in mapping) return "unknown";
  // A host with several addresses may send from another one to each destination.
  if ([primary, secondary].every((seen) => seen.mapping !== undefined && isOwn(seen.mapping))) {
    return "none";
  }
  if (mapping.value === "destination_dependent") return "symmetric";
  if ("unknown" in filtering) return "cone_of_some_kind";
  switch (filtering.value) {
    case "endpoint_independent":
      return "full_cone";
    case "address_dependent":
      return "address_restricted";
    case "address_and_port_dependent":
      return "port_restricted";
  }
}

/**
 * Whether a client gets an address from this server: both addresses have to answer (RFC 4380 §5.2.1).
 * A symmetric NAT does not prevent it, though not all peers can be reached then (RFC 6081 §5.2).
 */
export function qualifies({ mapping }: ServerFindings): boolean {
  return "value" in mapping;
}

/** The middle one of round trips, which a single slow packet does not move. */
export function medianOf(roundTrips: readonly number[]): number | undefined {
  const sorted = [...roundTrips].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}
