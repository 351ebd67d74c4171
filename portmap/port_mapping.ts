/**
 * A port of the router that leads to this host.
 *
 * @module
 */

import type { Endpoint } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";

/** How a router is asked for a port: RFC 6887, RFC 6886, and UPnP's Internet Gateway Device. */
export type MappingProtocol = "pcp" | "nat-pmp" | "upnp";

/** All protocols, in the order in which they are tried. */
export const MAPPING_PROTOCOLS: readonly MappingProtocol[] = ["pcp", "nat-pmp", "upnp"];

/** The port that a router is asked for. */
export interface WantedMapping {
  /** The default router. Nobody else is asked or believed. */
  readonly router: Ipv4Address;
  /** This host's address towards the router, with the UDP port that is to be reached. */
  readonly internal: Endpoint;
  /** The external port to suggest; the router may choose another. */
  readonly externalPort: number;
  /** How long the mapping should last without being renewed, in milliseconds. */
  readonly lifetime: number;
  /** 12 octets that prove to a PCP server that a mapping is ours (RFC 6887 §11.2). */
  readonly nonce: Uint8Array;
}

/** A mapping that a router made. */
export interface PortMapping {
  readonly protocol: MappingProtocol;
  readonly router: Ipv4Address;
  readonly internal: Endpoint;
  /** Where the router receives for us. */
  readonly external: Endpoint;
  /** See {@linkcode WantedMapping}. */
  readonly nonce: Uint8Array;
}

/** Why there is no mapping. The words are those of `teredo status --json`. */
export type MappingFailure =
  /** The router answers none of the protocols that were tried. */
  | "no_answer"
  /** The router does not offer this, or not to us. */
  | "unsupported"
  /** The router forbids it. */
  | "refused"
  /** The ports that were tried lead to other hosts. */
  | "port_taken"
  /** The router has no room for another mapping. */
  | "no_resources"
  /** The router is not connected to the Internet at the moment. */
  | "router_offline"
  /** An answer that the protocol does not allow. */
  | "answer_invalid";

/** How a request ended. */
export type MappingOutcome =
  | {
    readonly type: "granted";
    readonly external: Endpoint;
    /** How long the mapping lasts, in milliseconds; `Infinity` if it stays until it is removed. */
    readonly lifetime: number;
    /** The router's clock, if the protocol has one: seconds since the router lost its mappings. */
    readonly epoch: number | undefined;
  }
  | { readonly type: "failed"; readonly reason: MappingFailure };

/** A failure as an outcome. */
export function failed(
  reason: MappingFailure,
): Extract<MappingOutcome, { type: "failed" }> {
  return { type: "failed", reason };
}
