/**
 * The codecs of wire/, on one datagram: nothing throws, nothing is changed, and what can be written
 * again comes out as it was.
 *
 * @module
 */

import { getU16 } from "../../../memory/octets.ts";
import {
  AUTHENTICATION_INDICATOR,
  authenticationValue,
  encodeAuthentication,
  isAuthentic,
  parseAuthentication,
} from "../../../wire/authentication.ts";
import { isBubble } from "../../../wire/bubble.ts";
import { hasValidIcmpv6Checksum } from "../../../wire/checksum.ts";
import { addressOf, formatEndpoint, parseEndpoint } from "../../../wire/endpoint.ts";
import { encodeIcmpv6Error, isEcho, isIcmpv6, mayReportError } from "../../../wire/icmpv6.ts";
import { echoDataOf, Icmpv6Type } from "../../../wire/icmpv6.ts";
import { formatIpv4, parseIpv4 } from "../../../wire/ipv4_address.ts";
import { formatIpv6, parseIpv6 } from "../../../wire/ipv6_address.ts";
import {
  DESTINATION,
  hasRoutingHeaderType0,
  isIpv6Packet,
  needsCloserLook,
  SOURCE,
} from "../../../wire/ipv6_header.ts";
import {
  checkRouterSolicitation,
  isRouterAdvertisement,
  isRouterSolicitation,
  parseRouterAdvertisement,
} from "../../../wire/neighbor_discovery.ts";
import { formatOctets } from "../../../wire/octet_text.ts";
import { plainSolicitationAt } from "../../../wire/plain_solicitation.ts";
import { decodeTeredoAddress, encodeTeredoAddress } from "../../../wire/teredo_address.ts";
import {
  encodeTeredoPacket,
  parseTeredoPacket,
  type TeredoPacket,
} from "../../../wire/teredo_packet.ts";
import { encodeTrailers, parseTrailers, type Trailers } from "../../../wire/trailers.ts";
import { ACTORS, captures, negatives, vectors } from "../../vectors/vectors.ts";
import { type FuzzTarget, hold, holdSame, octetsOf, textOf, words } from "../target.ts";

/** Datagrams of the vectors and captures. */
export const DATAGRAMS: readonly Uint8Array[] = [...vectors, ...negatives, ...captures]
  .map(({ payload }) => payload).filter(({ length }) => length <= 400);

/** Octets that mean something in a datagram. */
const DATAGRAM_WORDS: readonly Uint8Array[] = [
  ..."0000 0001 00010000 6000000000003b15 00083aff 3a 3b 2b 0000 0f00 86008000 8500 0104 0206 0304"
    .split(" ").map((hex) => Uint8Array.fromHex(hex)),
  Uint8Array.fromHex("0104deadbeef020e0000c000020110000300"),
  Uint8Array.fromHex("03044000000000002000000020010000cb007178"),
  ACTORS.addressOfA,
  ACTORS.addressOfB,
  ACTORS.host,
];

function readWire(datagram: Uint8Array): void {
  plainSolicitationAt(datagram);
  readAuthentication(datagram);
  const packet = parseTeredoPacket(datagram);
  if (typeof packet === "string") return;
  holdSame(again(packet), datagram, "A packet that is written again");
  readIpv6(packet.ipv6);
  readTrailers(packet.trailers);
}

function readAuthentication(datagram: Uint8Array): void {
  if (datagram.length < 2 || getU16(datagram, 0) !== AUTHENTICATION_INDICATOR) return;
  const element = parseAuthentication(datagram);
  if (typeof element === "string") return;
  const encoded = encodeAuthentication(element);
  holdSame(encoded, datagram.subarray(0, encoded.length), "An element that is written again");
}

function again({ authentication, origin, ipv6, trailers }: TeredoPacket): Uint8Array {
  const head = encodeTeredoPacket({ authentication, origin, ipv6 });
  const whole = new Uint8Array(head.length + trailers.length);
  whole.set(head);
  whole.set(trailers, head.length);
  return whole;
}

function readIpv6(ipv6: Uint8Array): void {
  hold(isIpv6Packet(ipv6), "What a Teredo packet holds is not an IPv6 packet");
  hasRoutingHeaderType0(ipv6);
  needsCloserLook(ipv6);
  isBubble(ipv6);
  readAddresses(ipv6);
  if (isIcmpv6(ipv6)) hasValidIcmpv6Checksum(ipv6);
  if (isEcho(ipv6)) echoDataOf(ipv6);
  if (isRouterSolicitation(ipv6)) checkRouterSolicitation(ipv6);
  if (isRouterAdvertisement(ipv6)) parseRouterAdvertisement(ipv6);
  const type = Icmpv6Type.DESTINATION_UNREACHABLE;
  if (!mayReportError(ipv6, type)) return;
  const error = encodeIcmpv6Error({
    type,
    code: 0,
    parameter: 0,
    source: ACTORS.host,
    about: ipv6,
  });
  hold(error.length <= 1280 && hasValidIcmpv6Checksum(error), "An ICMPv6 error is not well-formed");
}

function readAddresses(ipv6: Uint8Array): void {
  for (const offset of [SOURCE, DESTINATION]) {
    const octets = ipv6.subarray(offset, offset + 16);
    const text = formatIpv6(ipv6, offset);
    holdSame(parseIpv6(text) ?? octetsOf(text), octets, `The address ${text}`);
    const teredo = decodeTeredoAddress(ipv6, offset);
    if (teredo !== undefined) holdSame(encodeTeredoAddress(teredo), octets, "A Teredo address");
  }
}

function readTrailers(octets: Uint8Array): void {
  const trailers = parseTrailers(octets);
  if (typeof trailers === "string") return;
  const again = parseTrailers(encodeTrailers(trailers));
  hold(typeof again === "object", "Trailers that are written again are malformed");
  const before = sorted(trailers);
  hold(sorted(again) === before, `Trailers change: ${before}`);
}

/** The trailers as text, in one order. */
function sorted(trailers: Trailers): string {
  return JSON.stringify(Object.entries(trailers).sort(([one], [other]) => one < other ? -1 : 1));
}

/** A copy shows what writes to its input. */
function untouched(input: Uint8Array, read: (copy: Uint8Array) => void): void {
  const copy = input.slice();
  read(copy);
  holdSame(copy, input, "The input is changed");
}

/** The codecs. */
export const WIRE: FuzzTarget = {
  name: "wire",
  seeds: DATAGRAMS,
  words: DATAGRAM_WORDS,
  maxLength: 512,
  stressLength: 65_507,
  run: (input) => untouched(input, readWire),
};

/** Authentication: a value that is right stays right, and no other is. */
export const AUTHENTICATION: FuzzTarget = {
  name: "authentication",
  seeds: DATAGRAMS,
  words: DATAGRAM_WORDS,
  maxLength: 300,
  stressLength: 0,
  run(input) {
    const packet = parseTeredoPacket(input);
    if (typeof packet === "string" || packet.authentication === undefined) return;
    const { authentication: { nonce, confirmation, value }, origin, ipv6 } = packet;
    const content = { nonce, confirmation, origin, ipv6 };
    const right = authenticationValue(ACTORS.secret, content);
    hold(isAuthentic(right, ACTORS.secret, content), "The right value is refused");
    const isRight = value.length === right.length && value.every((each, i) => each === right[i]);
    hold(isAuthentic(value, ACTORS.secret, content) === isRight, "A wrong value is accepted");
  },
};

const ADDRESS_TEXTS = [
  ...["192.0.2.1", "203.0.113.120:3544", "2001:db8::1", "::", "::ffff:192.0.2.1", "fe80::1%eth0"],
  ...["2001:0:cb00:7178:0:efff:3fff:fdfe", "[2001:db8::1]:443", "1:2:3:4:5:6:7:8", "0.0.0.0:0"],
];

/** Addresses as text: what is read comes out again as text that says the same. */
export const ADDRESS_TEXT: FuzzTarget = {
  name: "address-text",
  seeds: words(...ADDRESS_TEXTS),
  words: words(":", "::", ".", "0", "255", "256", "ffff", "%", "/", "[", "]", "0x", "01", "\n"),
  maxLength: 64,
  stressLength: 65_536,
  run(input) {
    const text = textOf(input);
    const ipv4 = parseIpv4(text);
    if (ipv4 !== undefined) hold(formatIpv4(ipv4) === text, `${text} has another form`);
    const ipv6 = parseIpv6(text);
    if (ipv6 !== undefined) {
      holdSame(parseIpv6(formatIpv6(ipv6)) ?? octetsOf(text), ipv6, text);
    }
    const endpoint = parseEndpoint(text);
    if (endpoint !== undefined) {
      hold(formatEndpoint(endpoint) === text, `${text} has another form`);
      hold(formatIpv4(addressOf(endpoint)) === text.split(":")[0], `${text} has another address`);
    }
    formatOctets(input);
  },
};
