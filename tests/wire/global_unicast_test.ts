import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type AddressProfile, GlobalUnicast } from "../../wire/global_unicast.ts";
import { formatIpv4, ipv4Address } from "../../wire/ipv4_address.ts";
import { ip4 } from "../vectors/vectors.ts";

/** The profile that RFC 4380 §5.2.4 spells out. */
const RFC: AddressProfile = "rfc4380";

const GLOBAL = [
  "1.0.0.0",
  "9.255.255.255",
  "11.0.0.0",
  "126.255.255.255",
  "128.0.0.1",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.88.98.255",
  "192.88.100.0",
  "192.167.255.255",
  "192.169.0.0",
  "223.255.255.255",
];

const NOT_GLOBAL = [
  "0.0.0.0",
  "0.255.255.255",
  "10.0.0.0",
  "10.255.255.255",
  "127.0.0.0",
  "127.255.255.255",
  "169.254.0.0",
  "169.254.255.255",
  "172.16.0.0",
  "172.31.255.255",
  "192.88.99.0",
  "192.88.99.1",
  "192.88.99.255",
  "192.168.0.0",
  "192.168.255.255",
  "224.0.0.0",
  "239.255.255.255",
  "255.255.255.255",
];

/** First, last and the neighbours of what only the hardened profile refuses. */
const HARDENED_ONLY: [first: string, last: string][] = [
  ["100.64.0.0", "100.127.255.255"],
  ["192.0.0.0", "192.0.0.255"],
  ["192.0.2.0", "192.0.2.255"],
  ["198.18.0.0", "198.19.255.255"],
  ["198.51.100.0", "198.51.100.255"],
  ["203.0.113.0", "203.0.113.255"],
  ["240.0.0.0", "255.255.255.254"],
];

Deno.test("P-21: the edges of every block of RFC 4380 §5.2.4 fall on the right side", () => {
  for (const profile of ["rfc4380", "hardened"] as const) {
    const global = new GlobalUnicast(profile);
    for (const text of GLOBAL) assertEquals(global.has(ip4(text)), true, `${text} ${profile}`);
    for (const text of NOT_GLOBAL) assertEquals(global.has(ip4(text)), false, `${text} ${profile}`);
  }
});

Deno.test("P-21: the hardened profile, which is the default, refuses special blocks as well", () => {
  const hardened = new GlobalUnicast();
  const plain = new GlobalUnicast(RFC);
  for (const [first, last] of HARDENED_ONLY) {
    for (const text of [first, last]) {
      assertEquals(hardened.has(ip4(text)), false, text);
      assertEquals(plain.has(ip4(text)), true, text);
    }
    const before = ipv4Address(ip4(first) - 1);
    assertEquals(hardened.has(before), plain.has(before), formatIpv4(before));
    const behind = ipv4Address(ip4(last) + 1);
    assertEquals(hardened.has(behind), plain.has(behind), formatIpv4(behind));
  }
});

Deno.test("P-21: broadcasts of attached subnets are refused, until the host leaves the subnet", () => {
  const global = new GlobalUnicast(RFC, [
    { network: ip4("198.51.100.64"), prefixLength: 26 },
    { network: ip4("20.1.2.3"), prefixLength: 8 }, // a host's address serves as well
  ]);
  const has = (text: string) => global.has(ip4(text));
  assertEquals(["198.51.100.126", "198.51.100.127", "198.51.100.128"].map(has), [
    true,
    false,
    true,
  ]);
  assertEquals(["20.255.255.254", "20.255.255.255"].map(has), [true, false]);
  global.attach([]);
  assertEquals(["198.51.100.127", "20.255.255.255"].map(has), [true, true]);
});

Deno.test("P-21: subnets of one or two addresses have no broadcast address", () => {
  for (const prefixLength of [31, 32]) {
    const global = new GlobalUnicast(RFC, [{ network: ip4("198.51.100.1"), prefixLength }]);
    assertEquals(global.has(ip4("198.51.100.1")), true, `/${prefixLength}`);
  }
});

Deno.test("P-21: the broadcast of a subnet of any size is its last address", () => {
  fc.assert(fc.property(fc.nat(0xffffffff), fc.integer({ min: 0, max: 30 }), (host, length) => {
    const network = ipv4Address(host);
    const size = 2 ** (32 - length);
    const last = ipv4Address(Math.floor(network / size) * size + size - 1);
    assertEquals(new GlobalUnicast(RFC, [{ network, prefixLength: length }]).has(last), false);
  }));
});
