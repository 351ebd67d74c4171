/**
 * What a server reports, in plain words.
 *
 * @module
 */

import type { LimitName, RefusalCause, ServerEvent } from "../../../server/server_event.ts";
import { formatEndpoint } from "../../../wire/endpoint.ts";
import { formatIpv4 } from "../../../wire/ipv4_address.ts";
import { formatOctets } from "../../args/kinds/secret_notation.ts";
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
    case "client_refused": {
      const { identifier, client, cause } = event;
      const why = describeRefusal(cause, formatOctets(identifier));
      return {
        level: "warn",
        text: `The client at ${formatEndpoint(client)} gets no answer: ${why}`,
      };
    }
    case "retired_key_used":
      return {
        level: "info",
        text: `The client at ${formatEndpoint(event.client)} uses the retired secret of ` +
          `"${formatOctets(event.identifier)}"; it was asked to get the current one`,
      };
  }
}

const WHOSE: Readonly<Record<LimitName, (address: string) => string>> = {
  source: (address) => `from ${address}`,
  destination: (address) => `to ${address}`,
  total: (address) => `from all sources together, most recently ${address},`,
};

/** What an operator must compare: a server cannot know which side is wrong. */
function describeRefusal(cause: RefusalCause, identifier: string): string {
  switch (cause) {
    case "no_identifier":
      return "it has no --identifier and --secret-file, which this server requires";
    case "unknown_identifier":
      return `its identifier "${identifier}" is not in the secrets file`;
    case "wrong_secret":
      return `its secret is not the one that the secrets file has for "${identifier}"`;
  }
}
