/**
 * Sending the host's packets, RFC 4380 §5.2.4.
 *
 * @module
 */

import { TEREDO_PORT } from "../protocol/constants.ts";
import type { DropReason } from "../protocol/drop_reason.ts";
import { ErrorReporter } from "../protocol/peers/error_reporter.ts";
import { type Endpoint, endpoint } from "../wire/endpoint.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { isIcmpv6Error, UnreachableCode } from "../wire/icmpv6.ts";
import { isSameIpv6 } from "../wire/ipv6_address.ts";
import { DESTINATION, isIpv6Packet, SOURCE } from "../wire/ipv6_header.ts";
import { CONE_FLAG, encodeTeredoLinkLocal, mappingOf } from "../wire/teredo_address.ts";
import type { ClientSearch } from "./client_search.ts";
import type { ClientSink } from "./client_sink.ts";
import { refusalOf } from "./transmission_rules.ts";
import type { Qualification } from "./qualification/qualification.ts";

/** Sends packets of the host to peers, and sends the host errors about those that cannot go out. */
export class Transmission {
  readonly #globalUnicast: GlobalUnicast;
  readonly #qualification: Qualification;
  readonly #search: ClientSearch;
  readonly #errors: ErrorReporter;

  constructor(globalUnicast: GlobalUnicast, qualification: Qualification, search: ClientSearch) {
    this.#globalUnicast = globalUnicast;
    this.#qualification = qualification;
    this.#search = search;
    this.#errors = new ErrorReporter(search.hash);
  }

  /**
   * Case 1, for our own whole packets that leave from the service port. The other rules need no
   * check: peers they refuse are never known.
   */
  route(ipv6: Uint8Array, now: number, total = ipv6.length): Endpoint | undefined {
    const { self, peers } = this.#search;
    if (self === undefined || !isIpv6Packet(ipv6)) return undefined;
    if (ipv6.length > this.#qualification.mtu) return undefined;
    if (!isSameIpv6(ipv6, SOURCE, self.address)) return undefined;
    const peer = peers.use(ipv6, DESTINATION);
    const place = peer?.placeFor(ipv6, now);
    if (place === undefined || this.#search.isAttentionDue(peer!, now)) return undefined;
    if (peer!.viaTo(place) !== "service") return undefined;
    peer!.sentTo(place, ipv6, total, now);
    return place;
  }

  /**
   * Queues a packet that {@linkcode route} could not send at once, or says why it cannot be sent.
   */
  send(ipv6: Uint8Array, now: number, sink: ClientSink): DropReason | undefined {
    const { self } = this.#search;
    if (self === undefined) {
      if (isIpv6Packet(ipv6)) this.unreachable(ipv6, now, sink);
      return "not_qualified";
    }
    const refusal = refusalOf(ipv6, self.address, this.#globalUnicast);
    if (refusal !== undefined) {
      if (refusal.code !== undefined) {
        this.#errors.unreachable(ipv6, refusal.code, this.#router, now, sink);
      }
      return refusal.reason;
    }
    const { mtu } = this.#qualification;
    if (ipv6.length > mtu) {
      this.#errors.tooBig(ipv6, mtu, this.#router, now, sink);
      return "packet_too_big";
    }
    const passedBy = this.#placeOfPasserBy(ipv6, now);
    if (passedBy !== undefined) return void sink.datagram(passedBy, "service", ipv6);
    // A stranger's packet can bring about an error a minute later, such as that of a reassembly, and
    // nobody waits for one.
    if (isIcmpv6Error(ipv6) && !this.#isReached(ipv6, now)) return "late_error";
    const peer = this.#search.entry(ipv6, DESTINATION, now);
    if (!peer.isReachable(now)) this.#search.want(peer, now);
    const place = peer.placeFor(ipv6, now);
    if (place !== undefined) {
      // The way is doubted, or may have become better, but it works: packets go on meanwhile.
      sink.datagram(place, peer.viaTo(place), ipv6);
      peer.sentTo(place, ipv6, ipv6.length, now);
      this.#search.attend(peer, now, sink);
      return undefined;
    }
    return this.#search.await(peer, ipv6, now, sink) ? undefined : "queue_full";
  }

  #isReached(ipv6: Uint8Array, now: number): boolean {
    return this.#search.peers.find(ipv6, DESTINATION)?.placeFor(ipv6, now) !== undefined;
  }

  /** Where a destination without an entry was heard a short time ago, which is what case 1 asks for. */
  #placeOfPasserBy(ipv6: Uint8Array, now: number): Endpoint | undefined {
    const { peers, passersBy } = this.#search;
    if (!passersBy.wasHeard(ipv6, DESTINATION, now)) return undefined;
    return peers.find(ipv6, DESTINATION) === undefined ? mappingOf(ipv6, DESTINATION) : undefined;
  }

  /** Tells the host that a packet did not reach its destination. */
  unreachable(ipv6: Uint8Array, now: number, sink: ClientSink): void {
    this.#errors.unreachable(ipv6, UnreachableCode.ADDRESS, this.#router, now, sink);
  }

  /**
   * The source of errors to the host: the server's link-local address, which is the link's router.
   */
  get #router(): Uint8Array {
    const { primary } = this.#qualification.server;
    return encodeTeredoLinkLocal(CONE_FLAG, endpoint(primary, TEREDO_PORT));
  }
}
