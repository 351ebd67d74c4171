/**
 * The contract of client, server and relay: protocol without I/O.
 *
 * A machine is given what arrives and the time, and gives a sink what to do. It reads no clock, is
 * handed its randomness and touches no socket, so that a whole internet of machines runs in one
 * test, on a virtual clock, and replays from a seed.
 *
 *                     handleDatagram       +---------+  sink.datagram
 *      UDP sockets  ---------------------> |         | ---------------> UDP sockets
 *                     handlePacket         |         |  sink.packet
 *      TUN          ---------------------> | machine | ---------------> TUN, raw IPv6
 *                     handleTimer          |         |  sink.event, sink.drop
 *      clock        ---------------------> |         | ---------------> log, metrics
 *                                          +---------+
 *
 * @module
 */

import type { Endpoint } from "../wire/endpoint.ts";
import type { DropReason } from "./drop_reason.ts";

/**
 * Takes what a machine wants done.
 *
 * Arrays are lent for the duration of the call; a sink that keeps one must copy it.
 *
 * @typeParam Via which of the role's sockets
 * @typeParam Event what the role reports
 */
export interface Sink<Via extends string, Event> {
  /** Send `bytes` as a UDP payload to `to` from the socket `via`. */
  datagram(to: Endpoint, via: Via, bytes: Uint8Array): void;
  /** Hand a whole IPv6 packet to the host: into the TUN, or onto the native IPv6 Internet. */
  packet(ipv6: Uint8Array): void;
  /** Something happened that a person or another program may want to know. */
  event(event: Event): void;
  /** A datagram or packet was not used, and why. */
  drop(reason: DropReason): void;
  /**
   * Open the socket `via` on any free port. A sink without this has all its sockets from the start.
   *
   * @returns the port; 0 if it cannot be opened
   */
  open?(via: Via): number;
  /** Close a socket that {@linkcode Sink.open} opened. */
  close?(via: Via): void;
}

/**
 * A role of the protocol.
 *
 * Times are milliseconds of a monotonic clock. Hostile input never throws: it ends in `sink.drop`.
 *
 * @typeParam Via which of the role's sockets
 * @typeParam Event what the role reports
 * @typeParam Status what the role's status says
 */
export interface Machine<Via extends string, Event, Status> {
  /** A UDP payload from `from` came in on the socket `via`. */
  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    via: Via,
    now: number,
    sink: Sink<Via, Event>,
  ): void;
  /** The host wants a whole IPv6 packet sent. */
  handlePacket(ipv6: Uint8Array, now: number, sink: Sink<Via, Event>): void;
  /** The time of {@linkcode nextTimer} has come; harmless when called early or late. */
  handleTimer(now: number, sink: Sink<Via, Event>): void;
  /** When {@linkcode handleTimer} is due next; `Infinity` while no timer runs. */
  nextTimer(): number;
  /**
   * A snapshot of the role's state at `now`.
   *
   * @param listed how many peers, and accounts, it lists at most; all by default
   */
  status(now: number, listed?: number): Status;
}

/**
 * What a machine with a TUN adds for the bulk of its packets: a question and an answer, without
 * objects.
 *
 * Both methods apply every rule of the general path to a packet that they accept, and update the
 * peer's clocks; packets that they decline go through `handlePacket` and `handleDatagram`.
 *
 * Their use is optional, because those two ask them again: a machine works without a driver that
 * knows of this, and a declined packet (a bubble, the first packet to a peer) costs a second
 * look-up, which is little compared with what follows. A caller must do what the answer says, since
 * the packet is already accounted for.
 */
export interface FastPath {
  /**
   * Where the IPv6 packet from the host goes at once, or `undefined`.
   *
   * @param total octets of this packet and those that go with it: more of the same flow, none of
   * them longer
   */
  route(ipv6: Uint8Array, now: number, total?: number): Endpoint | undefined;
  /** Whether the datagram is an IPv6 packet of a trusted peer, which the host gets as it is. */
  admit(datagram: Uint8Array, from: Endpoint, now: number): boolean;
}
