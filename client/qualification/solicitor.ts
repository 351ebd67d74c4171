/**
 * Soliciting servers, and judging what they answer, with what the configuration says about both.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import type { DropReason } from "../../protocol/drop_reason.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import type { TeredoPacket } from "../../wire/teredo_packet.ts";
import type { ClientConfig, ServerAddresses } from "../client_config.ts";
import type { ClientSink } from "../client_sink.ts";
import { acceptAdvertisement, type Advertisement } from "./advertisement.ts";
import { Solicitation } from "./solicitation.ts";

/** Solicits servers for one client. */
export class Solicitor {
  readonly #config: ClientConfig;

  constructor(config: ClientConfig) {
    this.#config = config;
  }

  /** A series of solicitations to one address of a server. */
  series(address: Ipv4Address): Solicitation {
    const { random, credentials } = this.#config;
    return new Solicitation(endpoint(address, TEREDO_PORT), random, credentials);
  }

  /** Sends the next solicitation of a series from the service port. */
  send(solicitation: Solicitation, now: number, sink: ClientSink): void {
    sink.datagram(solicitation.target, "service", solicitation.next(now));
  }

  /** Accepts an advertisement of `server` that answers a series, or says why not. */
  accept(
    packet: TeredoPacket,
    from: Endpoint,
    solicitation: Solicitation,
    { primary }: ServerAddresses,
  ): Advertisement | DropReason {
    const { globalUnicast, credentials } = this.#config;
    const expectation = { solicitation, primary, globalUnicast, credentials };
    const accepted = acceptAdvertisement(packet, from, expectation);
    // An authentic answer may still come: an impostor's alone changes nothing.
    if (accepted === "authentication_failed") solicitation.hasUnprovedAnswer = true;
    return accepted;
  }
}
