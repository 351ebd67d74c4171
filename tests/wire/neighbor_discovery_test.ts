import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { hasValidIcmpv6Checksum, writeIcmpv6Checksum } from "../../wire/checksum.ts";
import { isIpv6Packet } from "../../wire/ipv6_header.ts";
import {
  checkRouterSolicitation,
  encodeRouterAdvertisement,
  encodeRouterSolicitation,
  isRouterAdvertisement,
  isRouterSolicitation,
  parseRouterAdvertisement,
} from "../../wire/neighbor_discovery.ts";
import { concatOctets } from "../../memory/octets.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { teredoPrefix } from "../../wire/teredo_address.ts";
import { ACTORS, address, capture, hex, vector } from "../vectors/vectors.ts";

/** The offsets of the ICMPv6 message's fields in the packet. */
const HOP_LIMIT = 7;
const SOURCE = 8;
const CODE = 41;

const SERVER = address("A8").octets;
const CLIENT = address("A10").octets;

/** The IPv6 packet in a datagram that must have one. */
function ipv6Of(datagram: Uint8Array): Uint8Array {
  const packet = parseTeredoPacket(datagram);
  assert(typeof packet === "object");
  return packet.ipv6;
}

/** `message` with octets overwritten at `offset` and a right checksum. */
function altered(message: Uint8Array, offset: number, octets: number[]): Uint8Array {
  const copy = message.slice();
  copy.set(octets, offset);
  writeIcmpv6Checksum(copy);
  return copy;
}

/** `message` with options behind it, a right length and a right checksum. */
function withOptions(message: Uint8Array, options: string): Uint8Array {
  const whole = concatOctets(message, hex(options));
  whole[5] = whole.length - 40;
  writeIcmpv6Checksum(whole);
  return whole;
}

const solicitation = encodeRouterSolicitation(CLIENT);
const advertisement = encodeRouterAdvertisement({
  source: SERVER,
  destination: CLIENT,
  prefix: teredoPrefix(ACTORS.s1),
  mtu: 1280,
});
/** An advertisement of no options at all. */
const bare = withOptions(advertisement.slice(0, 56), "");

Deno.test("solicitations and advertisements are recognised by their type", () => {
  assert(isRouterSolicitation(solicitation) && !isRouterAdvertisement(solicitation));
  assert(isRouterAdvertisement(advertisement) && !isRouterSolicitation(advertisement));
});

Deno.test("solicitations of Windows Vista, of XP with an option and our own are valid", () => {
  const real = ["suricataverify-output-eve-ftp-data#91", "zeek-Teredo#6"].map(capture);
  for (const { name, payload } of [...real, vector("V1"), vector("V3"), vector("V6")]) {
    assertEquals(checkRouterSolicitation(ipv6Of(payload)), undefined, name);
  }
  assertEquals(checkRouterSolicitation(solicitation), undefined);
});

Deno.test("RFC 4861 §6.1.1: a solicitation must pass every check", () => {
  const short = solicitation.slice(0, 47);
  short[5] = 7;
  writeIcmpv6Checksum(short);
  const cases: [string, Uint8Array, string | undefined][] = [
    ["hop limit 254", altered(solicitation, HOP_LIMIT, [254]), "router_solicitation_invalid"],
    ["code 1", altered(solicitation, CODE, [1]), "router_solicitation_invalid"],
    ["seven octets", short, "router_solicitation_invalid"],
    ["an unknown option", withOptions(solicitation, "ff01000000000000"), undefined],
    [
      "option length 0",
      withOptions(solicitation, "0100000000000000"),
      "router_solicitation_invalid",
    ],
    [
      "option too long",
      withOptions(solicitation, "0102000000000000"),
      "router_solicitation_invalid",
    ],
    ["an octet of an option", withOptions(solicitation, "01"), "router_solicitation_invalid"],
    ["a flipped bit", solicitation.map((octet, i) => i === 47 ? 1 : octet), "icmpv6_checksum"],
  ];
  for (const [what, packet, expected] of cases) {
    assertEquals(checkRouterSolicitation(packet), expected, what);
  }
});

Deno.test("any advertisement is whole and valid, and survives encoding and parsing", () => {
  const octets16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const mtus = fc.option(fc.nat(0xffffffff), { nil: undefined });
  fc.assert(fc.property(octets16, octets16, octets16, mtus, (source, destination, prefix, mtu) => {
    source.set([0xfe, 0x80]);
    const packet = encodeRouterAdvertisement({
      source,
      destination,
      prefix,
      ...(mtu === undefined ? {} : { mtu }),
    });
    assert(isIpv6Packet(packet) && hasValidIcmpv6Checksum(packet));
    assertEquals(parseRouterAdvertisement(packet), { prefixes: [{ length: 64, prefix }], mtu });
  }));
});

Deno.test("RFC 4861 §6.1.2: an advertisement must pass every check", () => {
  const invalid = "router_advertisement_invalid";
  const short = advertisement.slice(0, 55);
  short[5] = 15;
  writeIcmpv6Checksum(short);
  const cases: [string, Uint8Array, unknown][] = [
    ["hop limit 254", altered(advertisement, HOP_LIMIT, [254]), invalid],
    ["code 1", altered(advertisement, CODE, [1]), invalid],
    ["a global source", altered(advertisement, SOURCE, [0x20, 0x01]), invalid],
    ["fifteen octets", short, invalid],
    ["option length 0", withOptions(advertisement, "0300000000000000"), invalid],
    ["option too long", withOptions(advertisement, "0304404000000000"), invalid],
    ["a flipped bit", advertisement.map((octet, i) => i === 60 ? 1 : octet), "icmpv6_checksum"],
    ["no options", bare, { prefixes: [], mtu: undefined }],
    ["an unknown option", withOptions(bare, "ff01000000000000"), { prefixes: [], mtu: undefined }],
    ["a prefix of one unit", withOptions(bare, "0301404000000000"), {
      prefixes: [],
      mtu: undefined,
    }],
    ["an MTU alone", withOptions(bare, "0501000000000500"), { prefixes: [], mtu: 1280 }],
  ];
  for (const [what, packet, expected] of cases) {
    assertEquals<unknown>(parseRouterAdvertisement(packet), expected, what);
  }
});

Deno.test("the advertisements of Microsoft's servers are understood", () => {
  const cases = [
    ["suricataverify-output-eve-ftp-data#93", "157.56.106.184"],
    ["zeek-Teredo#7", "65.55.158.80"],
  ] as const;
  for (const [name, server] of cases) {
    const parsed = parseRouterAdvertisement(ipv6Of(capture(name).payload));
    assert(typeof parsed === "object", name);
    assertEquals(parsed.mtu, undefined, server);
    assertEquals(parsed.prefixes.map((each) => each.length), [64], server);
  }
});
