/**
 * What a world consists of, and what happens in it. A plan is plain data: it can be printed, and
 * parts of it left out.
 *
 * @module
 */

import type { Extension } from "../../client/extensions.ts";
import type { NatBehaviour } from "../sim/nat_behaviour.ts";
import type { Fault } from "./fault.ts";

/** A server, alone or with a gateway. */
export interface ServerPlan {
  readonly name: string;
  readonly isGateway: boolean;
  /** How many IPv4 addresses it has. */
  readonly addresses: 1 | 2;
  /** Whether it has the limits that it has by default, or none. */
  readonly hasLimits: boolean;
}

/** A NAT. */
export interface NatPlan {
  readonly name: string;
  readonly behaviour: NatBehaviour;
  /** The NAT that it is behind, if any. */
  readonly behind: string | undefined;
}

/** A client. */
export interface ClientPlan {
  readonly name: string;
  /** The NAT that it is behind, if any. */
  readonly behind: string | undefined;
  /** Its servers, the preferred one first. */
  readonly servers: readonly string[];
  readonly extensions: readonly Extension[] | undefined;
  readonly usesFastPath: boolean;
  readonly discoversNeighbours: boolean;
  readonly determinesInterval: boolean;
  readonly reducesLoad: boolean;
  /** Whether its NAT forwards its port to it. */
  readonly hasMappedPort: boolean;
  readonly maxPeers: number;
}

/** Numbered packets from one host to another. */
export interface FlowPlan {
  readonly from: string;
  readonly to: string;
  readonly kind: "datagrams" | "pings";
  /** Milliseconds from packet to packet. */
  readonly interval: number;
  /** Octets of data. */
  readonly size: number;
}

/** A world. */
export interface WorldPlan {
  readonly seed: string;
  readonly servers: readonly ServerPlan[];
  readonly hasRelay: boolean;
  /** Hosts with native IPv6. */
  readonly natives: readonly string[];
  /** Outer NATs come before those behind them. */
  readonly nats: readonly NatPlan[];
  readonly clients: readonly ClientPlan[];
  readonly flows: readonly FlowPlan[];
  readonly faults: readonly Fault[];
  /** How long there are faults, in seconds. */
  readonly faultTime: number;
}
