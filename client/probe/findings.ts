/**
 * What a probe finds out about a server and the NAT on the way to it.
 *
 * @module
 */

import type { DropReason } from "../../protocol/drop_reason.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import type { ServerAddresses } from "../client_config.ts";

/** A finding, or why there is none. */
export type Finding<T, Why extends string> =
  | { readonly value: T }
  | { readonly unknown: Why };

/** One of a server's two addresses. */
export interface AddressFinding {
  /** The address, port 3544. */
  readonly target: Endpoint;
  /** From solicitation to advertisement, in milliseconds; empty if no acceptable answer came. */
  readonly roundTrips: readonly number[];
  /** The mapping of the probe's socket as this address sees it. */
  readonly mapping: Endpoint | undefined;
  /** The advertised MTU in octets. */
  readonly mtu: number | undefined;
  /** Why an answer was refused, if one was. */
  readonly refusal: DropReason | undefined;
}

/**
 * RFC 4787 §4.1, as far as two addresses with one port each can show it: whether both see the same
 * mapping. If they do not, it stays open which part of the destination the mapping depends on.
 */
export type MappingBehaviour = "endpoint_independent" | "destination_dependent";

/** RFC 4787 §5: which senders a mapping lets in. */
export type FilteringBehaviour =
  | "endpoint_independent"
  | "address_dependent"
  | "address_and_port_dependent";

/** Why the mapping behaviour is unknown. */
export type MappingUnknown =
  /** At least one of the two addresses did not answer. */
  "server_silent";

/** Why the filtering behaviour is unknown. */
export type FilteringUnknown =
  | "server_silent"
  /** Each destination has its own mapping, and sending to one opens no other. */
  | "mapping_dependent"
  /** The server does not answer from its other address even when the NAT would let it in. */
  | "cone_bit_ignored";

/** Why it is unknown whether inside hosts reach each other at their mappings. */
export type HairpinningUnknown =
  | "server_silent"
  | "mapping_dependent"
  /** There is no NAT that could hairpin. */
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

/** The kinds of NAT, as RFC 3489 and RFC 6081 §2 name them. */
export type NatName =
  /** There is no translation, though a firewall may still filter. */
  | "none"
  | "full_cone"
  | "address_restricted"
  | "port_restricted"
  | "symmetric"
  /** The mapping is endpoint-independent; the filtering is unknown. */
  | "cone_of_some_kind"
  | "unknown";

/**
 * The name of the NAT that a probe found.
 *
 * @param isOwn whether an endpoint is one of this host's own: if the outside sees it unchanged,
 * nothing translates it
 */
export function nameNat(findings: ServerFindings, isOwn: (at: Endpoint) => boolean): NatName {
  const { primary, secondary, mapping, filtering } = findings;
  if ("unknown" in mapping) return "unknown";
  // A host with several addresses may use a different one for each destination.
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
 * Whether a client gets an address from this server. Its primary address is enough for that;
 * without the secondary one, and with a symmetric NAT, some peers stay out of reach (RFC 6081 §5.2)
 * unless the server is a gateway.
 */
export function qualifies({ primary }: ServerFindings): boolean {
  return primary.mapping !== undefined;
}

/** The median of round trips, which a single slow packet hardly moves. */
export function medianOf(roundTrips: readonly number[]): number | undefined {
  const sorted = [...roundTrips].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}
