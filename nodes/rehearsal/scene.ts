/**
 * What a role rehearses: made-up packets, and what others answer to its own.
 *
 * @module
 */

import type { FastPath, Machine } from "../../protocol/machine.ts";
import type { Random } from "../../protocol/random.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";

/** Others that a role meets. Each has a socket. */
export type Other = "server" | "relay" | "client";

/** Where everybody is, and what a machine needs besides. */
export interface Setting<Via extends string> {
  /** The role's own sockets, as far as it has them here. */
  readonly own: Readonly<Record<Via, Endpoint>>;
  readonly others: Readonly<Record<Other, Endpoint>>;
  readonly globalUnicast: GlobalUnicast;
  readonly random: Random;
}

/** What a scene makes happen. */
export interface World {
  /** One of the others sends the role a datagram. */
  datagram(from: Other, to: Endpoint, bytes: Uint8Array): void;
  /** The role's host sends a packet. */
  packet(ipv6: Uint8Array): void;
  /** The round is over. The next one begins a minute later, by the machine's clock. */
  endRound(): void;
}

/** A role and the others around it. It is pure, as the machine is. */
export interface Scene<Via extends string, Event, Status> {
  readonly machine: Machine<Via, Event, Status>;
  /** See `DriverOptions`. */
  readonly bulk: { readonly fastPath: FastPath; readonly via: Via } | undefined;
  /** A round begins. Before the first one, the machine's timer has been handled. */
  begin(round: number, world: World): void;
  /** The role sent one of the others a datagram, which is lent for the duration of the call. */
  heard(by: Other, bytes: Uint8Array, world: World): void;
  /** The role delivered a packet to its host, which is lent for the duration of the call. */
  delivered(ipv6: Uint8Array, world: World): void;
}
