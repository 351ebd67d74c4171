/**
 * Finding out how rarely the NAT needs a refresh, RFC 4380 §5.2.7.
 *
 * A second UDP port gets its own mapping and then stays silent for a while; if a bubble still gets
 * in, the mapping has outlived the silence.
 *
 *                   RA: the mapping              silence over: bubble from the
 *     soliciting -----------------> silent -----------------------------> probing
 *       ^    |                                service port, by the server   |
 *       |    | no answer                                                    | bubble came:  longer
 *       |    v                                                              | none of four: shorter
 *       |  concluded <------------------------------------------------------+
 *       +-------------------------------------------------------------------+
 *
 * @module
 */

import { BUBBLE_SPACING, MAX_ATTEMPTS } from "../../protocol/constants.ts";
import type { DropReason } from "../../protocol/drop_reason.ts";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, SOURCE } from "../../wire/ipv6_header.ts";
import { isRouterAdvertisement } from "../../wire/neighbor_discovery.ts";
import { encodeTeredoAddress, flagsOf } from "../../wire/teredo_address.ts";
import type { TeredoPacket } from "../../wire/teredo_packet.ts";
import { LEAST_INTERVAL_GAIN, MAX_REFRESH_INTERVAL, REFRESH_STOP_RATIO } from "../timing.ts";
import type { ClientSink } from "../client_sink.ts";
import type { Qualification } from "./qualification.ts";
import type { Solicitation } from "./solicitation.ts";

type State =
  | { readonly name: "begun" }
  | { readonly name: "soliciting"; readonly solicitation: Solicitation }
  | { readonly name: "silent"; readonly address: Uint8Array; readonly until: number }
  | { readonly name: "probing"; readonly address: Uint8Array; bubbles: number; deadline: number }
  | { readonly name: "concluded" };

/** Determines the refresh interval with a secondary port, which carries nothing else. */
export class RefreshIntervalSearch {
  readonly #qualification: Qualification;
  #self: Uint8Array | undefined;
  #state: State = { name: "concluded" };
  /** The shortest interval known to be too long. */
  #tooLong = MAX_REFRESH_INTERVAL;

  constructor(qualification: Qualification) {
    this.#qualification = qualification;
  }

  /**
   * The client's address has changed or gone: it is behind another NAT, or the interval was too
   * long.
   */
  useAddress(address: Uint8Array | undefined): void {
    this.#self = address;
    this.#tooLong = MAX_REFRESH_INTERVAL;
    this.#state = { name: address === undefined ? "concluded" : "begun" };
  }

  nextTimer(): number {
    const state = this.#state;
    switch (state.name) {
      case "begun":
        return -Infinity;
      case "soliciting":
        return state.solicitation.deadline;
      case "silent":
        return state.until;
      case "probing":
        return state.deadline;
      case "concluded":
        return Infinity;
    }
  }

  handleTimer(now: number, sink: ClientSink): void {
    const state = this.#state;
    if (now < this.nextTimer()) return;
    switch (state.name) {
      case "begun":
        return this.#solicit(this.#qualification.newSolicitation(), now, sink);
      case "soliciting":
        return this.#solicit(state.solicitation, now, sink);
      case "silent":
        return this.#probe({ ...state, name: "probing", bubbles: 0, deadline: now }, now, sink);
      case "probing":
        return this.#probe(state, now, sink);
    }
  }

  /** A packet came in on the secondary port. */
  receive(
    packet: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const state = this.#state;
    if (state.name === "soliciting" && isRouterAdvertisement(packet.ipv6)) {
      return this.#learnMapping(state.solicitation, packet, from, now, sink);
    }
    if (state.name !== "probing" || !this.#isProbe(packet.ipv6, state.address)) {
      return "destination_invalid";
    }
    if (!this.#qualification.isServer(from)) return "source_mismatch";
    this.#qualification.refreshInterval = this.#candidate;
    this.#continue(now, sink);
    return undefined;
  }

  /** Sends the next solicitation, or settles for what is known if none was answered. */
  #solicit(solicitation: Solicitation, now: number, sink: ClientSink): void {
    if (solicitation.isExhausted) return this.#conclude(sink);
    this.#state = { name: "soliciting", solicitation };
    sink.datagram(solicitation.target, "secondary", solicitation.next(now));
  }

  #learnMapping(
    solicitation: Solicitation,
    packet: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const advertisement = this.#qualification.accept(packet, from, solicitation);
    if (typeof advertisement === "string") return advertisement;
    if (advertisement.newKeyNeeded || this.#self === undefined) {
      this.#conclude(sink);
      return undefined;
    }
    const server = this.#qualification.server.primary;
    const flags = flagsOf(this.#self);
    const address = encodeTeredoAddress({ server, flags, mapping: advertisement.mapping });
    this.#state = { name: "silent", address, until: now + this.#candidate };
    return undefined;
  }

  /**
   * Sends a bubble from the service port through the server, which alone the NAT lets in; or fails.
   */
  #probe(state: Extract<State, { name: "probing" }>, now: number, sink: ClientSink): void {
    if (this.#self === undefined) return;
    if (state.bubbles >= MAX_ATTEMPTS) {
      this.#tooLong = this.#candidate;
      if (this.#interval >= REFRESH_STOP_RATIO * this.#tooLong) return this.#conclude(sink);
      return this.#continue(now, sink);
    }
    state.bubbles++;
    state.deadline = now + BUBBLE_SPACING;
    this.#state = state;
    const { serverEndpoint } = this.#qualification;
    sink.datagram(serverEndpoint, "service", encodeBubble(this.#self, state.address));
  }

  #isProbe(ipv6: Uint8Array, address: Uint8Array): boolean {
    return isBubble(ipv6) && isSameIpv6(ipv6, DESTINATION, address) &&
      this.#self !== undefined && isSameIpv6(ipv6, SOURCE, this.#self);
  }

  #continue(now: number, sink: ClientSink): void {
    if (this.#candidate - this.#interval < LEAST_INTERVAL_GAIN) return this.#conclude(sink);
    this.#solicit(this.#qualification.newSolicitation(), now, sink);
  }

  #conclude(sink: ClientSink): void {
    this.#state = { name: "concluded" };
    sink.event({ type: "refresh_interval", interval: this.#interval });
  }

  get #interval(): number {
    return this.#qualification.refreshInterval;
  }

  /** The interval to try next: 60, 90, 105… seconds while all goes well. */
  get #candidate(): number {
    return Math.min(2 * this.#interval, (this.#interval + this.#tooLong) / 2);
  }
}
