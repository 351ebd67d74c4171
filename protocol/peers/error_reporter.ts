/**
 * ICMPv6 errors for packets of the host that cannot be carried, RFC 4443.
 *
 * @module
 */

import { TokenBucket } from "../token_bucket.ts";
import { encodeIcmpv6Error, Icmpv6Type, mayReportError } from "../../wire/icmpv6.ts";
import type { PeerSink } from "./peer_search.ts";

/** How many errors the host gets, RFC 4443 §2.4 (f). */
const ERROR_RATE = { perSecond: 10, burst: 10 } as const;

/** Tells the host what could not be sent, at a limited rate. */
export class ErrorReporter {
  readonly #bucket = new TokenBucket(ERROR_RATE);

  /** Tells the sender of `packet` that it did not get there. */
  unreachable(
    packet: Uint8Array,
    code: number,
    source: Uint8Array,
    now: number,
    sink: PeerSink,
  ): void {
    const type = Icmpv6Type.DESTINATION_UNREACHABLE;
    if (!mayReportError(packet, type) || !this.#bucket.take(now)) return;
    sink.packet(encodeIcmpv6Error({ type, code, source, about: packet }));
  }

  /** Tells the sender of `packet` the MTU of the link in octets. */
  tooBig(packet: Uint8Array, mtu: number, source: Uint8Array, now: number, sink: PeerSink): void {
    const type = Icmpv6Type.PACKET_TOO_BIG;
    if (!mayReportError(packet, type) || !this.#bucket.take(now)) return;
    sink.packet(encodeIcmpv6Error({ type, code: 0, parameter: mtu, source, about: packet }));
  }
}
