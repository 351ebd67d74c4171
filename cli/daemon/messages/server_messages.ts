/**
 * What a server reports, in plain words.
 *
 * @module
 */

import type { RefusalCause, ServerEvent } from "../../../server/server_event.ts";
import type { ServerLimit } from "../../../server/server_limits.ts";
import { addressOf, type Endpoint, formatEndpoint } from "../../../wire/endpoint.ts";
import { formatIpv4 } from "../../../wire/ipv4_address.ts";
import { formatOctets } from "../../../wire/octet_text.ts";
import { hyphenated } from "../../text/hyphenated.ts";
import type { Message } from "./message.ts";

/** An event as a line for the log. */
export function describeServerEvent(event: ServerEvent): Message {
  switch (event.type) {
    case "limit_reached": {
      const what = describeLimit(event.limit, event.endpoint);
      const option = `--limits ${hyphenated(event.limit)}=`;
      return {
        level: "warn",
        text: `The limit of ${what} is reached; the rest is dropped (${option} changes it)`,
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

/** What a limit is for, and where it was reached. */
function describeLimit(limit: ServerLimit, at: Endpoint): string {
  const address = formatIpv4(addressOf(at));
  switch (limit) {
    case "toClient":
      return `packets to the client at ${formatEndpoint(at)}`;
    case "toAddress":
      return `packets to clients at ${address}`;
    case "toHost":
      return `echoes to one native host, most recently from ${formatEndpoint(at)},`;
    default: {
      const [kind, share] = limit.split(/Per|In/);
      if (share === "Source") return `${kind} from ${formatEndpoint(at)}`;
      if (share === "Address") return `${kind} from ${address}, whichever the port,`;
      return `${kind} from all sources together, most recently ${formatEndpoint(at)},`;
    }
  }
}

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
