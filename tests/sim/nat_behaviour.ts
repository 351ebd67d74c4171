/**
 * What a NAT is like: the knobs of RFC 4787, and the kinds of NAT that RFC 6081 §2 names.
 *
 * @module
 */

import { addressOf, type Endpoint } from "../../wire/endpoint.ts";

/**
 * How much of the remote endpoint a mapping or a filter depends on, RFC 4787 §4.1 and §5.
 *
 * - `independent`: nothing; the same mapping serves all destinations, anyone may answer
 * - `address`: the remote address
 * - `address_and_port`: the remote address and port
 */
type Dependence = "independent" | "address" | "address_and_port";

/**
 * How external ports are chosen, RFC 4787 §4.2.1. No two mappings ever share one.
 *
 * - `preserving`: the internal port while it is free, otherwise at random
 * - `sequential`: the next one that is free
 * - `random`
 */
export type PortAllocation = "preserving" | "sequential" | "random";

/** The knobs of a NAT. */
export interface NatBehaviour {
  /** What a mapping depends on. */
  readonly mapping: Dependence;
  /** Which remotes a mapping lets in: those that it was used for, to this degree. */
  readonly filtering: Dependence;
  readonly ports: PortAllocation;
  /** How many external addresses there are; each mapping takes the next one in turn. */
  readonly addresses: number;
  /** Whether inside hosts reach each other by their external endpoints, RFC 4787 §6. */
  readonly hairpinning: boolean;
  /** How long a mapping, and each opening of its filter, outlives its last use, in milliseconds. */
  readonly lifetime: number;
  /** Whether inbound packets count as use as well, RFC 4787 §4.3. Outbound ones always do. */
  readonly inboundRefresh: boolean;
  /** How many mappings there are at most; further flows find no way out. */
  readonly capacity: number;
}

/** RFC 4787 REQ-5, -6 and -9, but for the port preservation that home routers are fond of. */
const WELL_BEHAVED = {
  ports: "preserving",
  addresses: 1,
  hairpinning: true,
  lifetime: 120_000,
  inboundRefresh: false,
  capacity: 4096,
} as const;

/** The kinds of NAT of RFC 6081 §2, as far as they differ without UPnP. */
export const NAT = {
  /** Full cone: once a mapping stands, anyone may use it. */
  cone: { ...WELL_BEHAVED, mapping: "independent", filtering: "independent" },
  /** Lets in the addresses that were sent to. */
  addressRestricted: { ...WELL_BEHAVED, mapping: "independent", filtering: "address" },
  /** Lets in the endpoints that were sent to. */
  portRestricted: { ...WELL_BEHAVED, mapping: "independent", filtering: "address_and_port" },
  /** Port-symmetric: each remote endpoint sees another, unpredictable port. */
  symmetric: symmetric("random"),
  /** Port-symmetric; the first flow of a socket keeps its port. */
  symmetricPreserving: symmetric("preserving"),
  /** Port-symmetric; each flow gets the port after the last. */
  symmetricSequential: symmetric("sequential"),
  /** Each remote address sees another address and port. */
  addressSymmetric: {
    ...WELL_BEHAVED,
    mapping: "address",
    filtering: "address",
    ports: "random",
    addresses: 8,
  },
} as const satisfies Record<string, NatBehaviour>;

/** The name of a kind of NAT. */
export type NatKind = keyof typeof NAT;

function symmetric<P extends PortAllocation>(ports: P) {
  return {
    ...WELL_BEHAVED,
    mapping: "address_and_port",
    filtering: "address_and_port",
    ports,
  } as const;
}

/**
 * The part of `remote` that something depends on: equal for remotes that it does not distinguish.
 */
export function partOf(remote: Endpoint, dependence: Dependence): number {
  switch (dependence) {
    case "independent":
      return 0;
    case "address":
      return addressOf(remote);
    case "address_and_port":
      return remote;
  }
}
