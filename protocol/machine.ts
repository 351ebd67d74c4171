/**
 * The contract of client, server and relay: protocol without input and output.
 *
 * A machine is handed what arrives and the time, and hands what is to be done to a sink. It reads no
 * clock, draws no randomness of its own and touches no socket, so that a whole internet of machines
 * runs in one test, on a virtual clock, and replays from a seed.
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
 * Where a machine puts what it wants done.
 *
 * Arrays are lent for the duration of the call: a sink that keeps one copies it.
 *
 * @typeParam Via which of the role's sockets
 * @typeParam Event what the role reports
 */
export interface Sink<Via extends string, Event> {
  /** Send `bytes` as a UDP payload to `to` from the socket `via`. */
  datagram(to: Endpoint, via: Via, bytes: Uint8Array): void;
  /** Hand a whole IPv6 packet to the host: into the TUN, or onto the native IPv6 Internet. */
  packet(ipv6: Uint8Array): void;
  /** Something that a person or another program may want to know. */
  event(event: Event): void;
  /** A datagram or packet was not used, and why. */
  drop(reason: DropReason): void;
}

/**
 * A role of the protocol.
 *
 * Times are milliseconds of a monotonic clock. Hostile input never throws: it ends in `sink.drop`.
 *
 * @typeParam Via which of the role's sockets
 * @typeParam Event what the role reports
 * @typeParam Status what the role tells about itself
 */
export interface Machine<Via extends string, Event, Status> {
  /** A UDP payload came from `from` in on the socket `via`. */
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
  /** When {@linkcode handleTimer} is due next; `Infinity` when nothing is waited for. */
  nextTimer(): number;
  /** The role's state at `now`, a snapshot. */
  status(now: number): Status;
}

/**
 * What a machine with a TUN adds for the bulk of its packets: a question and an answer, no objects.
 *
 * Both apply every rule of the general path to the packet that they say yes to, and update the
 * peer's clocks; what they decline goes through `handlePacket` and `handleDatagram`.
 *
 * Nobody has to ask: those two ask again. So a machine is complete without a driver that knows of
 * this, and what was declined, a bubble or the first packet to a peer, costs a second look-up, which
 * is little beside what follows. Whoever asks must do what the answer says: it has been accounted for.
 */
export interface FastPath {
  /**
   * Where the IPv6 packet from the host goes at once, or `undefined`.
   *
   * @param total octets of this packet and of those that go with it: more of the same flow, none of them longer
   */
  route(ipv6: Uint8Array, now: number, total?: number): Endpoint | undefined;
  /** Whether the datagram is an IPv6 packet of a trusted peer, to be handed to the host as it is. */
  admit(datagram: Uint8Array, from: Endpoint, now: number): boolean;
}
