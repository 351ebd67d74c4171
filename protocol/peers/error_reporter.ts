/**
 * ICMPv6 errors for packets of hosts that cannot be carried, RFC 4443.
 *
 * @module
 */

import type { AddressHash } from "../address_hash.ts";
import { KeyedLimiter } from "../keyed_limiter.ts";
import { encodeIcmpv6Error, Icmpv6Type, mayReportError } from "../../wire/icmpv6.ts";
import { SOURCE } from "../../wire/ipv6_header.ts";
import type { PeerSink } from "./peer_search.ts";

/** How many errors of a kind a sender gets, RFC 4443 §2.4 (f). */
const ERROR_RATE = { perSecond: 10, burst: 10 } as const;

/**
 * Tells hosts what could not be sent, at a limited rate for each: a stranger that uses up its own
 * takes nobody else's. A host that is not told how long its packets may be can't send long ones at
 * all (RFC 8201 §1).
 */
export class ErrorReporter {
  readonly #hash: AddressHash;
  /**
   * For each site, since an error is longer than a short packet, and the host that gets it need not
   * have sent that.
   */
  readonly #unreachable = new KeyedLimiter(ERROR_RATE);
  /** For each address, since a packet that is too long is as long as the error about it. */
  readonly #tooBig = new KeyedLimiter(ERROR_RATE);

  constructor(hash: AddressHash) {
    this.#hash = hash;
  }

  /** Tells the sender of `packet` that it did not get there. */
  unreachable(
    packet: Uint8Array,
    code: number,
    source: Uint8Array,
    now: number,
    sink: PeerSink,
  ): void {
    const type = Icmpv6Type.DESTINATION_UNREACHABLE;
    if (!mayReportError(packet, type)) return;
    if (!this.#unreachable.take(this.#hash.ofSite(packet, SOURCE), now)) return;
    sink.packet(encodeIcmpv6Error({ type, code, source, about: packet }));
  }

  /** Tells the sender of `packet` the MTU of the link in octets. */
  tooBig(packet: Uint8Array, mtu: number, source: Uint8Array, now: number, sink: PeerSink): void {
    const type = Icmpv6Type.PACKET_TOO_BIG;
    if (!mayReportError(packet, type) || !this.#tooBig.take(this.#hash.of(packet, SOURCE), now)) {
      return;
    }
    sink.packet(encodeIcmpv6Error({ type, code: 0, parameter: mtu, source, about: packet }));
  }
}
