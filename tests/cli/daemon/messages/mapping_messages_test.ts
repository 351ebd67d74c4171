/** A client's port mapping in the log. */
import { assertEquals } from "@std/assert";
import { MappingMessages } from "../../../../cli/daemon/messages/mapping_messages.ts";
import type { MapperEvent } from "../../../../portmap/mapper_event.ts";
import type { PortMapping } from "../../../../portmap/port_mapping.ts";
import { parseEndpoint } from "../../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../../wire/ipv4_address.ts";

const MAPPING: PortMapping = {
  protocol: "upnp",
  router: parseIpv4("192.168.1.1")!,
  internal: parseEndpoint("192.168.1.10:40000")!,
  external: parseEndpoint("203.0.113.5:40000")!,
  nonce: new Uint8Array(12),
};

const SILENT: MapperEvent = {
  type: "port_not_mapped",
  reason: "no_answer",
  tried: [
    { protocol: "pcp", reason: "no_answer" },
    { protocol: "upnp", reason: "no_answer" },
  ],
  retryIn: 600_000,
  previous: undefined,
};

Deno.test("mapping messages: a mapping is told with its protocol and its end", () => {
  const messages = new MappingMessages();
  assertEquals(
    messages.describe({
      type: "port_mapped",
      mapping: MAPPING,
      lifetime: 3_600_000,
      previous: undefined,
    }),
    {
      level: "info",
      text: "Router 192.168.1.1 maps its port 203.0.113.5:40000 to this client by UPnP, for 1 h, " +
        "and is asked again before",
    },
  );
  const previous = { ...MAPPING, external: parseEndpoint("203.0.113.5:50000")! };
  const stays = { type: "port_mapped", mapping: MAPPING, lifetime: Infinity, previous } as const;
  assertEquals(
    messages.describe(stays, "other_address").text,
    "Router 192.168.1.1 maps its port 203.0.113.5:40000 to this client by UPnP, until it is " +
      "removed; it was 203.0.113.5:50000; another NAT is beyond the router, so only peers behind " +
      "that NAT can use it",
  );
});

Deno.test("mapping messages: a router without port mapping is no news, one that refuses is, once", () => {
  const messages = new MappingMessages();
  assertEquals(messages.describe(SILENT), {
    level: "debug",
    text: "The router maps no port for this client: it does not answer PCP or UPnP. Peers are " +
      "reached as without a mapping. Asking again in 10 min",
  });
  const refused = {
    ...SILENT,
    reason: "refused",
    tried: [{ protocol: "pcp", reason: "refused" }],
  } as const;
  assertEquals(messages.describe(refused).level, "info");
  assertEquals(messages.describe(refused).level, "debug");
  assertEquals(messages.describe({ ...refused, previous: MAPPING }), {
    level: "warn",
    text: "The router no longer maps its port 203.0.113.5:40000: it refuses by PCP. Peers are " +
      "reached as without a mapping. Asking again in 10 min",
  });
});

Deno.test("mapping messages: a renewal is quiet unless the router restarted", () => {
  const messages = new MappingMessages();
  const renewed = {
    type: "port_renewed",
    mapping: MAPPING,
    lifetime: 1,
    hasRestarted: false,
  } as const;
  assertEquals(messages.describe(renewed).level, "debug");
  assertEquals(messages.describe({ ...renewed, hasRestarted: true }), {
    level: "info",
    text: "The router restarted, and maps its port 203.0.113.5:40000 again",
  });
});

Deno.test("mapping messages: a mapping that the router may still have is a detail", () => {
  assertEquals(new MappingMessages().describe({ type: "port_abandoned", mapping: MAPPING }), {
    level: "debug",
    text:
      "The mapping of 203.0.113.5:40000 is no longer used. The router did not confirm that it " +
      "removed it",
  });
});
