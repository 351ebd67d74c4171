/**
 * What becomes of a client's port mapping, in plain words.
 *
 * @module
 */

import type { MapperEvent } from "../../../portmap/mapper_event.ts";
import type { MappingView } from "../../../nodes/client_mapping.ts";
import type { MappingFailure } from "../../../portmap/port_mapping.ts";
import { formatEndpoint } from "../../../wire/endpoint.ts";
import { formatIpv4 } from "../../../wire/ipv4_address.ts";
import { formatDuration } from "../../text/duration.ts";
import { failureText, MAPPING_VIEWS, PROTOCOL_NAMES } from "../../text/port_mapping_words.ts";
import type { Message } from "./message.ts";

/** Turns a client's mapping events into lines for the log. A failure is news only once. */
export class MappingMessages {
  #reason: MappingFailure | undefined;

  /**
   * Puts an event in words.
   *
   * @param view what the server's view of the client says about the mapping
   */
  describe(event: MapperEvent, view: MappingView = "unknown"): Message {
    switch (event.type) {
      case "port_mapped": {
        this.#reason = undefined;
        const doubt = MAPPING_VIEWS[view];
        const text = describeMapped(event);
        return { level: "info", text: doubt === null ? text : `${text}; ${doubt}` };
      }
      case "port_renewed": {
        const { external } = event.mapping;
        return event.hasRestarted
          ? {
            level: "info",
            text: `The router restarted, and maps its port ${formatEndpoint(external)} again`,
          }
          : { level: "debug", text: `The mapping of ${formatEndpoint(external)} is renewed` };
      }
      case "port_not_mapped":
        return this.#describeFailure(event);
      case "port_removed": {
        const { protocol, external } = event.mapping;
        const name = PROTOCOL_NAMES[protocol];
        return {
          level: "debug",
          text: `The router's mapping of ${formatEndpoint(external)} is removed by ${name}`,
        };
      }
      case "port_abandoned": {
        const { external } = event.mapping;
        return {
          level: "debug",
          text: `The mapping of ${formatEndpoint(external)} is no longer used. ` +
            "The router did not confirm that it removed it",
        };
      }
    }
  }

  #describeFailure(event: Extract<MapperEvent, { type: "port_not_mapped" }>): Message {
    const { reason, tried, previous, retryIn } = event;
    const isNews = reason !== this.#reason || previous !== undefined;
    this.#reason = reason;
    const lost = previous === undefined
      ? "The router maps no port for this client"
      : `The router no longer maps its port ${formatEndpoint(previous.external)}`;
    // Most routers map no ports unless they are told to: that is how things are, not a fault.
    const level = previous !== undefined
      ? "warn"
      : isNews && reason !== "no_answer"
      ? "info"
      : "debug";
    const text =
      `${lost}: ${failureText(reason, tried)}. Peers are reached as without a mapping. ` +
      `Asking again in ${formatDuration(retryIn)}`;
    return { level, text };
  }
}

function describeMapped(
  { mapping, lifetime, previous }: Extract<MapperEvent, { type: "port_mapped" }>,
): string {
  const { protocol, router, external } = mapping;
  const until = lifetime === Infinity
    ? "until it is removed"
    : `for ${formatDuration(lifetime)}, and is asked again before`;
  const before = previous === undefined ? "" : `; it was ${formatEndpoint(previous.external)}`;
  return `Router ${formatIpv4(router)} maps its port ${formatEndpoint(external)} to this client ` +
    `by ${PROTOCOL_NAMES[protocol]}, ${until}${before}`;
}
