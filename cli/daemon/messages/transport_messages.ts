/**
 * How UDP datagrams are moved, in plain words.
 *
 * @module
 */

import { supports } from "../../../ffi/open.ts";
import type { TransportNews } from "../../../nodes/udp_opener.ts";
import type { Message } from "./message.ts";
import { describeSending } from "./send_messages.ts";

/** News of the transport in words. */
export function describeTransport(news: TransportNews): Message {
  switch (news.type) {
    case "batched": {
      const offloads = [
        ...news.isSegmenting ? ["UDP_SEGMENT"] : [],
        ...news.isJoining ? ["UDP_GRO"] : [],
      ];
      const help = offloads.length > 0 ? ` with ${offloads.join(" and ")}` : "";
      return { level: "debug", text: `UDP datagrams are moved in batches${help}` };
    }
    case "single": {
      const text = "UDP datagrams are moved one by one";
      if (news.reason === undefined) {
        return { level: "debug", text: `${text}: as --udp deno asks` };
      }
      // It matters only where it could be otherwise.
      const level = supports("openUdpSocket") ? "info" : "debug";
      return { level, text: `${text}: batching is not available. ${news.reason}` };
    }
    case "segmenting_refused":
      return {
        level: "info",
        text: news.refusal === "never"
          ? `UDP_SEGMENT is switched off: the kernel refuses it (${news.code})`
          : "UDP_SEGMENT is switched off for destinations whose path is too narrow for whole " +
            `datagrams (${news.code})`,
      };
    case "options_refused":
      return {
        level: "warn",
        text: `Cannot set options of the UDP socket on port ${news.port}: ${news.reason}`,
      };
    case "sending":
      return describeSending(news.trouble);
  }
}
