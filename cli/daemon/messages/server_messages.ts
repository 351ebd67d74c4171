/**
 * What a server reports, in plain words.
 *
 * @module
 */

import type { LimitName, ServerEvent } from "../../../server/server_event.ts";
import { formatEndpoint } from "../../../wire/endpoint.ts";
import { formatIpv4 } from "../../../wire/ipv4_address.ts";
import type { Message } from "./message.ts";

/** An event as a line for the log. */
export function describeServerEvent(event: ServerEvent): Message {
  switch (event.type) {
    case "limit_reached": {
      const whose = WHOSE[event.limit](formatIpv4(event.address));
      return {
        level: "warn",
        text: `The limit of ${event.kind} ${whose} is reached; the rest is dropped`,
      };
    }
    case "retired_key_used":
      return {
        level: "info",
        text: `The client at ${formatEndpoint(event.client)} uses the retired key of identifier ` +
          `${event.identifier.toHex()}; it was asked to get the current one`,
      };
  }
}

const WHOSE: Readonly<Record<LimitName, (address: string) => string>> = {
  source: (address) => `from ${address}`,
  destination: (address) => `to ${address}`,
  total: (address) => `from all sources together, most recently ${address},`,
};
