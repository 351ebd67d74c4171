/**
 * What a relay reports, in plain words.
 *
 * @module
 */

import type { RelayEvent } from "../../../relay/relay.ts";
import { formatEndpoint } from "../../../wire/endpoint.ts";
import { formatIpv6 } from "../../../wire/ipv6_address.ts";
import type { Message } from "./message.ts";

/** An event as a line for the log. */
export function describeRelayEvent(event: RelayEvent): Message {
  const client = `Client ${formatIpv6(event.peer)}`;
  switch (event.type) {
    case "peer_reached":
      return { level: "debug", text: `${client} is reached at ${formatEndpoint(event.mapping)}` };
    case "peer_unreachable":
      return { level: "debug", text: `${client} does not answer` };
  }
}
