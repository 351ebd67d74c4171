import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ALL_NODES,
  ALL_ROUTERS,
  formatIpv6,
  isGlobalScope,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isSameIpv6,
  isUnspecified,
  linkLocal,
  parseIpv6,
} from "../../wire/ipv6_address.ts";
import { hex, ip6 } from "../vectors/vectors.ts";

/** Addresses with runs of zero groups, which random octets hardly ever have. */
const addresses = fc.array(
  fc.oneof(fc.constant(0), fc.constant(0), fc.nat(0xf), fc.nat(0xffff)),
  { minLength: 8, maxLength: 8 },
).map((groups) => Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff])));

/** What the URL parser of the runtime makes of an address, or `undefined`. */
function urlHost(text: string): string | undefined {
  const url = URL.parse(`http://[${text}]/`);
  return url === null ? undefined : url.hostname.slice(1, -1);
}

Deno.test("an IPv6 address survives formatting and parsing", () => {
  fc.assert(
    fc.property(addresses, (address) => {
      assertEquals(parseIpv6(formatIpv6(address)), address);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("IPv6 addresses are formatted as the runtime's URL parser does it", () => {
  fc.assert(
    fc.property(addresses, (address) => {
      const text = formatIpv6(address);
      const groups = address.toHex().match(/.{4}/g)!.join(":");
      // URLs write IPv4-mapped addresses in hexadecimal, against RFC 5952 §5.
      if (!text.includes(".")) assertEquals(text, urlHost(groups));
      assertEquals(urlHost(text), urlHost(groups));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("we accept exactly the IPv6 texts that the runtime's URL parser accepts", () => {
  const pieces = fc.constantFrom("0", "1", "ab", "FFFF", "12345", "g", "", "1.2.3.4", "1.2.3");
  const separators = fc.constantFrom(":", ":", ":", "::");
  const texts = fc.array(fc.tuple(pieces, separators), { maxLength: 9 }).chain((parts) =>
    fc.constantFrom(
      parts.map((part) => part.join("")).join(""),
      parts.map((part) => part.join("")).join("").replace(/:$/, ""),
    )
  );
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseIpv6(text);
      const host = urlHost(text);
      assertEquals(parsed && urlHost(formatIpv6(parsed)), host, text);
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("IPv6 texts follow RFC 5952", () => {
  const cases: [string, string][] = [
    ["0:0:0:0:0:0:0:0", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["2001:0db8::0001", "2001:db8::1"], // §4.1 leading zeros
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"], // §4.2.1 shorten as much as possible
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"], // §4.2.2 one group is not a run
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"], // §4.2.3 the longest run
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"], // §4.2.3 the first of equals
    ["2001:DB8::ABCD", "2001:db8::abcd"], // §4.3 lower case
    ["::ffff:c000:201", "::ffff:192.0.2.1"], // §5 a well-known prefix with an IPv4 address
    ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ];
  for (const [text, canonical] of cases) assertEquals(formatIpv6(ip6(text)), canonical, text);
});

Deno.test("text that is not an IPv6 address is refused", () => {
  const texts = [
    "",
    ":",
    ":::",
    "::::",
    "1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1::2::3",
    ":1::",
    "::1:",
    "12345::",
    "g::",
    "::1.2.3",
    "::1.2.3.256",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "1:2:3:4:5:6:7:1.2.3.4",
    "1.2.3.4",
    "fe80::1%eth0",
    "2001:db8::/32",
    "[::1]",
    " ::1",
    "::1\n",
  ];
  for (const text of texts) assertEquals(parseIpv6(text), undefined, JSON.stringify(text));
});

Deno.test("scopes follow from the prefix, at any offset", () => {
  const scopes = { isMulticast, isLinkLocal, isUnspecified, isLoopback, isGlobalScope };
  const cases: [string, keyof typeof scopes | undefined][] = [
    ["::", "isUnspecified"],
    ["::1", "isLoopback"],
    ["::2", undefined],
    ["1::", undefined],
    ["::ffff:192.0.2.1", undefined],
    ["64:ff9b::192.0.2.1", undefined],
    ["2001::1", "isGlobalScope"],
    ["2001:db8::1", "isGlobalScope"],
    ["fbff::", "isGlobalScope"],
    ["fc00::", undefined],
    ["fdff::", undefined],
    ["fe00::", "isGlobalScope"],
    ["fe7f::", "isGlobalScope"],
    ["fe80::", "isLinkLocal"],
    ["febf:ffff::", "isLinkLocal"],
    ["fec0::", undefined],
    ["feff::", undefined],
    ["ff00::", "isMulticast"],
    ["ff02::1", "isMulticast"],
    ["ffff::", "isMulticast"],
  ];
  for (const [text, scope] of cases) {
    const packet = new Uint8Array([0xaa, 0xaa, ...ip6(text), 0xaa]);
    for (const [name, holds] of Object.entries(scopes)) {
      assertEquals(holds(packet, 2), name === scope, `${name} of ${text}`);
    }
  }
});

Deno.test("a link-local address is made of its identifier's two words", () => {
  assertEquals(formatIpv6(linkLocal(0x0000ffff, 0xfffffffe)), "fe80::ffff:ffff:fffe");
});

Deno.test("the link's multicast groups are ff02::1 and ff02::2", () => {
  assertEquals(formatIpv6(ALL_NODES), "ff02::1");
  assertEquals(formatIpv6(ALL_ROUTERS), "ff02::2");
});

Deno.test("addresses are compared in place, all sixteen octets", () => {
  const address = ip6("2001:db8::1");
  const packet = hex("ffff" + address.toHex() + "ff");
  assert(isSameIpv6(packet, 2, address));
  for (let i = 0; i < 16; i++) {
    const other = packet.slice();
    other[2 + i]! ^= 0x01;
    assertEquals(isSameIpv6(other, 2, address), false, `octet ${i}`);
  }
});
