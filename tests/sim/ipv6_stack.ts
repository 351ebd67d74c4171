/**
 * As much of a host's IPv6 as pings and datagrams take.
 *
 * @module
 */

import {
  echoDataOf,
  encodeEcho,
  Icmpv6Type,
  icmpv6TypeOf,
  isEcho,
  isIcmpv6,
} from "../../wire/icmpv6.ts";
import { hasValidIcmpv6Checksum } from "../../wire/checksum.ts";
import { isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, IPV6_HEADER_LENGTH, isIpv6Packet, sourceOf } from "../../wire/ipv6_header.ts";
import { getU16 } from "../../memory/octets.ts";
import { Ping } from "./ping.ts";
import { encodeUdp, isUdp } from "./udp.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** Identifier and sequence number of an echo message. */
const ECHO_IDENTIFIER = IPV6_HEADER_LENGTH + 4;
const ECHO_SEQUENCE = IPV6_HEADER_LENGTH + 6;

/** Where an ICMPv6 error quotes what it is about. */
const QUOTED = IPV6_HEADER_LENGTH + 8;

/** A node that can be pinged while it has an address. */
export interface Pingable {
  /** 16 octets. */
  readonly address: Uint8Array | undefined;
}

/** How to ping. */
export interface PingOptions {
  /** How many requests; 1 unless given. */
  readonly count?: number;
  /** Milliseconds from request to request; 1000 unless given. */
  readonly interval?: number;
  /** Octets of data; 56 unless given. */
  readonly size?: number;
}

/**
 * The kernel behind a TUN or a native address: answers echo requests, sends them, counts answers.
 */
export class Ipv6Stack {
  /** The host's address, 16 octets, while it has one. */
  address: Uint8Array | undefined;
  /** Whether echo requests are answered; many firewalls keep quiet. */
  answersEcho = true;
  /** Sees the datagrams and echoes that came for the host whole; valid during the call. */
  onArrival: ((ipv6: Uint8Array) => void) | undefined;
  readonly #clock: VirtualClock;
  readonly #output: (ipv6: Uint8Array) => void;
  readonly #pings = new Map<number, Ping>();

  /** @param output where packets leave the host */
  constructor(clock: VirtualClock, output: (ipv6: Uint8Array) => void) {
    this.#clock = clock;
    this.#output = output;
  }

  /** Sends echo requests, the first one at once. A request is lost while there is no address. */
  ping(destination: Uint8Array, options: PingOptions = {}): Ping {
    const { count = 1, interval = 1000, size = 56 } = options;
    const ping = new Ping(this.#pings.size + 1);
    this.#pings.set(ping.identifier, ping);
    const type = Icmpv6Type.ECHO_REQUEST;
    for (let sequence = 0; sequence < count; sequence++) {
      this.#clock.after(sequence * interval, () => {
        ping.sentAt[sequence] = this.#clock.now;
        const { identifier } = ping;
        const data = new Uint8Array(size).fill(sequence);
        this.#echo({ type, destination, identifier, sequence, data });
      });
    }
    return ping;
  }

  /** Pings another node at the address that it has now. */
  pingNode(target: Pingable, options?: PingOptions): Ping {
    if (target.address === undefined) throw new TypeError("Cannot ping a node without an address");
    return this.ping(target.address.slice(), options);
  }

  /** Sends a UDP datagram. It is lost while there is no address. */
  sendDatagram(destination: Uint8Array, data: Uint8Array): void {
    if (this.address !== undefined) this.#output(encodeUdp(this.address, destination, data));
  }

  /** Sends an echo request. It is lost while there is no address. */
  sendEcho(destination: Uint8Array, identifier: number, sequence: number, data: Uint8Array): void {
    this.#echo({ type: Icmpv6Type.ECHO_REQUEST, destination, identifier, sequence, data });
  }

  /** A packet came for the host. */
  receive(ipv6: Uint8Array): void {
    const { address } = this;
    if (address === undefined || !isIpv6Packet(ipv6)) return;
    if (!isSameIpv6(ipv6, DESTINATION, address)) return;
    if (isUdp(ipv6)) return this.onArrival?.(ipv6);
    if (!isIcmpv6(ipv6)) return;
    if (!hasValidIcmpv6Checksum(ipv6)) return;
    if (!isEcho(ipv6)) return this.#receiveError(ipv6);
    this.onArrival?.(ipv6);
    const identifier = getU16(ipv6, ECHO_IDENTIFIER);
    const sequence = getU16(ipv6, ECHO_SEQUENCE);
    if (icmpv6TypeOf(ipv6) === Icmpv6Type.ECHO_REPLY) {
      this.#pings.get(identifier)?.answered(sequence, this.#clock.now);
      return;
    }
    if (!this.answersEcho) return;
    const type = Icmpv6Type.ECHO_REPLY;
    const destination = sourceOf(ipv6).slice();
    const data = echoDataOf(ipv6).slice();
    // Like a kernel, not from within the call that delivered the request.
    this.#clock.after(0, () => this.#echo({ type, destination, identifier, sequence, data }));
  }

  #receiveError(ipv6: Uint8Array): void {
    if (icmpv6TypeOf(ipv6) >= 128) return;
    const quoted = ipv6.subarray(QUOTED);
    if (isEcho(quoted)) {
      const ping = this.#pings.get(getU16(quoted, ECHO_IDENTIFIER));
      if (ping !== undefined) ping.errors++;
    }
  }

  #echo(echo: Omit<Parameters<typeof encodeEcho>[0], "source">): void {
    if (this.address !== undefined) this.#output(encodeEcho({ ...echo, source: this.address }));
  }
}
