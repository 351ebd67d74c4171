import { assertEquals } from "@std/assert";
import { BIT_RATE, GATEWAY_CLIENTS, SERVICES } from "../../../../cli/args/kinds/gateway_kinds.ts";
import { parseIpv4 } from "../../../../wire/ipv4_address.ts";

Deno.test("gateway clients are IPv4 prefixes, single addresses, or all", () => {
  assertEquals(GATEWAY_CLIENTS.parse("all"), "all");
  assertEquals(GATEWAY_CLIENTS.parse("198.51.100.0/24, 203.0.113.7"), [
    { network: parseIpv4("198.51.100.0")!, prefixLength: 24 },
    { network: parseIpv4("203.0.113.7")!, prefixLength: 32 },
  ]);
  assertEquals(GATEWAY_CLIENTS.parse("0.0.0.0/0"), [
    { network: parseIpv4("0.0.0.0")!, prefixLength: 0 },
  ]);
  for (
    const wrong of ["", "everybody", "198.51.100.1/24", "198.51.100.0/33", "10.0.0.0/8,", "::/0"]
  ) {
    assertEquals(GATEWAY_CLIENTS.parse(wrong), undefined, wrong);
  }
});

Deno.test("gateway services are ports of TCP and UDP", () => {
  assertEquals(SERVICES.parse("tcp/22,udp/53"), [
    { protocol: "tcp", port: 22 },
    { protocol: "udp", port: 53 },
  ]);
  for (const wrong of ["", "22", "sctp/22", "tcp/0", "tcp/65536", "tcp/22,"]) {
    assertEquals(SERVICES.parse(wrong), undefined, wrong);
  }
});

Deno.test("rates are given in bits per second, and taken in octets", () => {
  assertEquals(BIT_RATE.parse("500k"), 62_500);
  assertEquals(BIT_RATE.parse("20M"), 2_500_000);
  assertEquals(BIT_RATE.parse("1G"), 125_000_000);
  for (const wrong of ["", "0k", "20", "20m", "1.5M", "-1M", "1T"]) {
    assertEquals(BIT_RATE.parse(wrong), undefined, wrong);
  }
});
