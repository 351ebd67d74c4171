/** What `teredo probe` says of the router. */
import { assertEquals } from "@std/assert";
import { describeTried } from "../../../cli/probe/port_mapping_check.ts";
import { parseEndpoint } from "../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";

const ROUTER = parseIpv4("192.168.1.1")!;
const SEEN = parseIpv4("203.0.113.5")!;
const MAPPED = { protocol: "pcp", result: parseEndpoint("203.0.113.5:4000")! } as const;

Deno.test("probe: a router that maps ports passes, with all its protocols", () => {
  const tried = [MAPPED, { ...MAPPED, protocol: "upnp" }, {
    protocol: "nat-pmp",
    result: "unsupported",
  }] as const;
  for (const seen of [SEEN, undefined]) {
    assertEquals(describeTried(tried, ROUTER, seen), {
      check: "port mapping",
      result: "PASS",
      detail: "Router 192.168.1.1 maps ports of 203.0.113.5 by PCP, UPnP",
      remedy: null,
    });
  }
});

Deno.test("probe: a router behind another NAT is told from one that is not", () => {
  const check = describeTried([MAPPED], ROUTER, parseIpv4("198.51.100.9")!)!;
  assertEquals(check.result, "NOTE");
  assertEquals(
    check.detail,
    "Router 192.168.1.1 maps ports of 203.0.113.5 by PCP, but servers see 198.51.100.9: another " +
      "NAT is beyond it",
  );
});

Deno.test("probe: a router that maps no port is a note, with what to do", () => {
  const tried = (["pcp", "nat-pmp", "upnp"] as const).map((protocol) => ({
    protocol,
    result: "no_answer" as const,
  }));
  const check = describeTried(tried, ROUTER, SEEN)!;
  assertEquals(check.result, "NOTE");
  assertEquals(
    check.detail,
    "Router 192.168.1.1 maps no port: it does not answer PCP, NAT-PMP or UPnP",
  );
  assertEquals(describeTried([], ROUTER, SEEN), undefined, "interrupted");
});
