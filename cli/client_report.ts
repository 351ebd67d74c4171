/**
 * What a client reports, in plain words.
 *
 * @module
 */

import type { ServerAddresses } from "../client/client_config.ts";
import type { ClientEvent, OfflineReason } from "../client/client_event.ts";
import { TEREDO_PORT } from "../protocol/constants.ts";
import { addressOf, type Endpoint, formatEndpoint, portOf } from "../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";
import { formatIpv6 } from "../wire/ipv6_address.ts";
import { formatDuration } from "./duration.ts";
import type { Message } from "./message.ts";

/** What the words depend on besides the event. */
export interface ClientView {
  /** The server's name as it was given. */
  readonly serverName: string;
  /** The client's UDP port. */
  readonly port: number;
  /** Whether the address is one of this host's. */
  isOwn(address: Ipv4Address): boolean;
}

/** An event as a line for the log. */
export function describeClientEvent(event: ClientEvent, view: ClientView): Message {
  switch (event.type) {
    case "qualifying":
      return info(`Asking ${nameOf(event.server, view)} for an address`);
    case "qualified":
      return info(describeQualified(event, view));
    case "server_silent":
      return warn(
        `${capital(nameOf(event.server, view))} does not answer and is asked again; ` +
          "traffic with known peers goes on",
      );
    case "server_back":
      return info(`${capital(nameOf(event.server, view))} answers again`);
    case "offline":
      return warn(
        `Off-line: ${describeReason(event.reason, event.server, view)}. ` +
          `Next try in ${formatDuration(event.retryIn)}`,
      );
    case "peer_reached":
      return debug(`Peer ${formatIpv6(event.peer)} is reached at ${formatEndpoint(event.mapping)}`);
    case "peer_unreachable":
      return debug(`Peer ${formatIpv6(event.peer)} does not answer`);
  }
}

type Qualified = Extract<ClientEvent, { type: "qualified" }>;

function describeQualified({ address, mapping, mtu, previous }: Qualified, view: ClientView) {
  const now = formatIpv6(address);
  const what = previous === undefined
    ? `Qualified: the Teredo address is ${now}`
    : `The mapping changed: the Teredo address is ${now} now, it was ${formatIpv6(previous)}`;
  return `${what}; seen from outside as ${formatEndpoint(mapping)}, ` +
    `${describeNat(mapping, view)}; MTU ${mtu}`;
}

function describeNat(mapping: Endpoint, { port, isOwn }: ClientView): string {
  if (portOf(mapping) !== port) return `behind a NAT that replaces port ${port}`;
  return isOwn(addressOf(mapping)) ? "without a NAT" : "behind a NAT that keeps the port";
}

function describeReason(
  reason: OfflineReason,
  server: ServerAddresses,
  view: ClientView,
): string {
  const name = nameOf(server, view);
  switch (reason) {
    case "no_reply_from_primary":
      return `${name} does not answer. Check that it is a Teredo server in service, ` +
        `and that no firewall stops UDP to port ${TEREDO_PORT}; --server names another`;
    case "no_reply_from_secondary":
      return `${name} answers, but not from its secondary address ` +
        `${formatIpv4(server.secondary)}. If it has another one, name it with --server2`;
    case "symmetric_nat":
      return "the NAT of this network is symmetric: it shows another address or port to each " +
        "destination, so that peers could not reach this host. Use another network, or have the " +
        "NAT keep one mapping for each inside port (endpoint-independent mapping, RFC 4787)";
    case "server_lost":
      return `${name} does not answer any more. Check this host's network`;
    case "new_key_needed":
      return `${name} wants another key. Ask its operator for one`;
  }
}

/** "server teredo.example (192.0.2.1)", or the address alone where no name was given. */
function nameOf({ primary }: ServerAddresses, { serverName }: ClientView): string {
  const address = formatIpv4(primary);
  return address === serverName ? `server ${address}` : `server ${serverName} (${address})`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function debug(text: string): Message {
  return { level: "debug", text };
}

function info(text: string): Message {
  return { level: "info", text };
}

function warn(text: string): Message {
  return { level: "warn", text };
}
