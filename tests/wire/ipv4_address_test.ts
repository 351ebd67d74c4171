import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatIpv4, ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";

/** Any IPv4 address. */
const addresses = fc.nat(0xffffffff).map(ipv4Address);

Deno.test("an IPv4 address survives formatting and parsing", () => {
  fc.assert(fc.property(addresses, (address) => {
    assertEquals(parseIpv4(formatIpv4(address)), address);
  }));
});

Deno.test("the lowest and highest IPv4 addresses are unsigned numbers", () => {
  const cases: [string, number][] = [
    ["0.0.0.0", 0],
    ["127.255.255.255", 0x7fffffff],
    ["128.0.0.0", 0x80000000],
    ["255.255.255.255", 0xffffffff],
  ];
  for (const [text, number] of cases) {
    assertEquals(parseIpv4(text), ipv4Address(number), text);
    assertEquals(formatIpv4(ipv4Address(number)), text);
  }
  assertEquals(ipv4Address(-1), 0xffffffff);
});

Deno.test("text that is not a dotted quad is refused", () => {
  const texts = [
    "",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "256.0.0.1",
    "1.2.3.999",
    "01.2.3.4",
    "1.2.3.00",
    "0x1.2.3.4",
    "+1.2.3.4",
    "-1.2.3.4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.4\n",
    "1.2.3.4/8",
    "١.2.3.4",
    "::1",
  ];
  for (const text of texts) assertEquals(parseIpv4(text), undefined, JSON.stringify(text));
});
