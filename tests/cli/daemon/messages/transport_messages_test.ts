import { assertEquals } from "@std/assert";
import { supports } from "../../../../ffi/open.ts";
import { describeTransport } from "../../../../cli/daemon/messages/transport_messages.ts";
import type { LogLevel } from "../../../../io/log.ts";
import type { TransportNews } from "../../../../nodes/udp_opener.ts";

const IN_WORDS: readonly (readonly [TransportNews, LogLevel, string])[] = [
  [
    { type: "batched", isSegmenting: true, isJoining: true },
    "debug",
    "UDP datagrams are moved in batches with UDP_SEGMENT and UDP_GRO",
  ],
  [
    { type: "batched", isSegmenting: false, isJoining: false },
    "debug",
    "UDP datagrams are moved in batches",
  ],
  [
    { type: "single", reason: undefined },
    "debug",
    "UDP datagrams are moved one by one: as --udp deno asks",
  ],
  [
    { type: "single", reason: "It needs Linux" },
    // It is normal where there are no batches.
    supports("openUdpSocket") ? "info" : "debug",
    "UDP datagrams are moved one by one: batching is not available. It needs Linux",
  ],
  [
    { type: "segmenting_refused", refusal: "never", code: "EIO" },
    "info",
    "UDP_SEGMENT is switched off: the kernel refuses it (EIO)",
  ],
];

Deno.test("transport: how datagrams are moved, and what is switched off, in words; what is normal is for debugging", () => {
  for (const [news, level, text] of IN_WORDS) {
    assertEquals(describeTransport(news), { level, text });
  }
});
