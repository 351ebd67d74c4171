/**
 * What a client reports, in plain words.
 *
 * @module
 */

import type { ServerAddresses } from "../../../client/client_config.ts";
import type { ClientEvent, NatKind, OfflineReason } from "../../../client/client_event.ts";
import type { SendTrouble } from "../../../io/udp/send_watch.ts";
import { TEREDO_PORT } from "../../../protocol/constants.ts";
import { addressOf, type Endpoint, formatEndpoint, portOf } from "../../../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address } from "../../../wire/ipv4_address.ts";
import { formatIpv6 } from "../../../wire/ipv6_address.ts";
import { formatDuration } from "../../text/duration.ts";
import type { Message } from "./message.ts";
import { describeTrouble } from "./send_messages.ts";
import { capital } from "../../text/capital.ts";

/** What the words depend on besides the event. */
export interface ClientView {
  /** The name of a server by its primary address, as it was given. */
  nameOf(primary: Ipv4Address): string;
  /** The client's UDP port. */
  readonly port: number;
  /** Whether the address is one of this host's. */
  isOwn(address: Ipv4Address): boolean;
  /** What keeps this host from sending anything at all, if something does. */
  trouble?(): SendTrouble | undefined;
  /** Whether the client authenticates itself with a secret; false by default. */
  readonly hasSecret?: boolean;
}

type Qualified = Extract<ClientEvent, { type: "qualified" }>;
type Offline = Extract<ClientEvent, { type: "offline" }>;

/** Reasons that are expected when nothing can be sent. */
const SILENCES: ReadonlySet<OfflineReason> = new Set<OfflineReason>([
  "no_reply_from_primary",
  "server_lost",
]);

/** Turns a client's events into lines for the log. Advice is given once, not with every retry. */
export class ClientMessages {
  readonly #view: ClientView;
  /** Why the client is off-line, as the log said last. */
  #reason: OfflineReason | undefined;
  /** The servers that did not answer since the client was qualified. */
  readonly #asked = new Set<Ipv4Address>();
  /** The server that gave the latest address. */
  #server: Ipv4Address | undefined;

  constructor(view: ClientView) {
    this.#view = view;
  }

  /** Puts an event in words. */
  describe(event: ClientEvent): Message {
    switch (event.type) {
      case "qualifying": {
        const { primary } = event.server;
        const level = this.#asked.has(primary) ? "debug" : "info";
        this.#asked.add(primary);
        return { level, text: `Asking ${this.#nameOf(event.server)} for an address` };
      }
      case "qualified": {
        this.#forget();
        const text = this.#describeQualified(event);
        this.#server = event.server.primary;
        return { level: "info", text };
      }
      case "nat_determined":
        return { level: "info", text: describeDetermined(event.nat) };
      case "server_silent":
        return { level: "warn", text: this.#describeSilence(event.server) };
      case "server_back":
        return { level: "info", text: `${capital(this.#nameOf(event.server))} answers again` };
      case "refresh_interval":
        return {
          level: "info",
          text: `The mapping lasts ${formatDuration(event.interval)} without a packet`,
        };
      case "offline":
        return this.#describeOffline(event);
      case "disabled":
        this.#forget();
        return { level: "warn", text: describeDisabled(event) };
      case "peer_reached":
        return {
          level: "debug",
          text: `Peer ${formatIpv6(event.peer)} is reached at ${formatEndpoint(event.mapping)}`,
        };
      case "peer_unreachable":
        return { level: "debug", text: `Peer ${formatIpv6(event.peer)} does not answer` };
    }
  }

  #describeSilence(server: ServerAddresses): string {
    const name = capital(this.#nameOf(server));
    const trouble = this.#view.trouble?.();
    return trouble === undefined
      ? `${name} does not answer; asking again. Traffic with known peers goes on`
      : `${name} cannot be asked: this host ${describeTrouble(trouble)}`;
  }

  #describeQualified({ server, address, mapping, mtu, nat, previous }: Qualified): string {
    const now = formatIpv6(address);
    const isOther = this.#server !== undefined && this.#server !== server.primary;
    const cause = isOther ? `Back at ${this.#nameOf(server)}` : "The mapping changed";
    const what = previous === undefined
      ? `Qualified: the Teredo address is ${now}`
      : `${cause}: the Teredo address is ${now} now, it was ${formatIpv6(previous)}`;
    const doubt = nat === "unknown" ? `. ${this.#describeDoubt(server)}` : "";
    return `${what}; seen from outside as ${formatEndpoint(mapping)}, ` +
      `${this.#describeNat(mapping, nat)}; MTU ${mtu}${doubt}`;
  }

  #describeNat(mapping: Endpoint, nat: NatKind): string {
    if (nat === "symmetric") {
      return "behind a symmetric NAT: it reaches relays and peers that know RFC 6081, but not every " +
        "peer behind a port-restricted or symmetric NAT";
    }
    const { port, isOwn } = this.#view;
    if (portOf(mapping) !== port) return `behind a NAT that replaces port ${port}`;
    return isOwn(addressOf(mapping)) ? "without a NAT" : "behind a NAT that keeps the port";
  }

  /** Why nobody knows whether the NAT is symmetric. */
  #describeDoubt({ primary, secondary }: ServerAddresses): string {
    const cause = primary === secondary
      ? "The server has only one address"
      : `The server does not answer from its second address ${formatIpv4(secondary)}`;
    return `${cause}, so the NAT may be symmetric: then the client reaches peers that know RFC 6081, ` +
      "and others if the server is a gateway";
  }

  #describeOffline({ reason, server, retryIn }: Offline): Message {
    const { cause, advice } = this.#explain(reason, server);
    this.#asked.add(server.primary);
    // Without a wait, another server is next.
    const next = retryIn === 0
      ? "Trying the next server"
      : `Next try in ${formatDuration(retryIn)}`;
    if (reason === this.#reason) {
      return { level: "info", text: `Still off-line: ${cause}. ${next}` };
    }
    this.#reason = reason;
    return { level: "warn", text: `Off-line: ${cause}. ${advice}. ${next}` };
  }

  /** Everything works: the next trouble is news. */
  #forget(): void {
    this.#reason = undefined;
    this.#asked.clear();
  }

  #explain(reason: OfflineReason, server: ServerAddresses): { cause: string; advice: string } {
    const name = this.#nameOf(server);
    const trouble = this.#view.trouble?.();
    if (trouble !== undefined && SILENCES.has(reason)) {
      return {
        cause: `${name} cannot be asked: this host ${describeTrouble(trouble)}`,
        advice: "Check this host's network",
      };
    }
    switch (reason) {
      case "no_reply_from_primary":
        return {
          cause: `${name} does not answer`,
          advice: `Check that it is a Teredo server in service${this.#knowingUs()}, and that no ` +
            `firewall blocks UDP to its port ${TEREDO_PORT}; or name another one with --server`,
        };
      case "symmetric_nat":
        return {
          cause: "the NAT of this network is symmetric",
          advice: "It uses another port for each destination, so no peer could reach this host. " +
            "Use another network, or set the NAT to keep one mapping for each inside port " +
            "(endpoint-independent mapping, RFC 4787)",
        };
      case "server_lost":
        return {
          cause: `${name} does not answer any more`,
          advice: "Check this host's network",
        };
      case "authentication_failed":
        return {
          cause: `${name} answers, but does not prove that it knows the secret`,
          advice:
            "Check with its operator that it has this --identifier with the same secret; for a " +
            "server that asks for none, leave out --identifier and --secret-file",
        };
      case "new_key_needed":
        return {
          cause: `${name} wants a new key`,
          advice: "Ask its operator for one",
        };
    }
  }

  /** A server does not answer unknown clients, or those with another secret (RFC 4380 §5.3.1). */
  #knowingUs(): string {
    return this.#view.hasSecret
      ? ", that it knows this --identifier with the same secret"
      : ", that it requires no --identifier and --secret-file";
  }

  /** "server teredo.example (192.0.2.1)", or only the address if no name was given. */
  #nameOf({ primary }: ServerAddresses): string {
    const name = this.#view.nameOf(primary);
    const address = formatIpv4(primary);
    return address === name ? `server ${address}` : `server ${name} (${address})`;
  }
}

function describeDetermined(nat: NatKind): string {
  const what = nat === "symmetric" ? "is symmetric" : "is not symmetric";
  return `The server's second address answers now: the NAT ${what}`;
}

function describeDisabled({ previous }: Extract<ClientEvent, { type: "disabled" }>): string {
  const state = "Disabled: native IPv6 present";
  return previous === undefined
    ? state
    : `${state}; ${formatIpv6(previous)} is given up while it lasts`;
}
