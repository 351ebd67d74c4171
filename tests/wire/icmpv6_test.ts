import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { hasValidIcmpv6Checksum } from "../../wire/checksum.ts";
import {
  echoDataOf,
  encodeEcho,
  encodeIcmpv6Error,
  icmpv6CodeOf,
  Icmpv6Type,
  icmpv6TypeOf,
  isEcho,
  isEchoReply,
  isIcmpv6,
  mayReportError,
  UnreachableCode,
} from "../../wire/icmpv6.ts";
import {
  destinationOf,
  hopLimitOf,
  isIpv6Packet,
  NextHeader,
  sourceOf,
} from "../../wire/ipv6_header.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { ACTORS, ip6, vector } from "../vectors/vectors.ts";

const { ECHO_REQUEST, ECHO_REPLY, DESTINATION_UNREACHABLE, PACKET_TOO_BIG, REDIRECT } = Icmpv6Type;
const SOURCE_OFFSET = 8;
const DESTINATION_OFFSET = 24;

/** An Echo Request of client A to the native host. */
function echo(data = new Uint8Array(16)): Uint8Array<ArrayBuffer> {
  return encodeEcho({
    type: ECHO_REQUEST,
    source: ACTORS.addressOfA,
    destination: ACTORS.host,
    identifier: 1,
    sequence: 2,
    data,
  });
}

Deno.test("an echo message with any data is whole and valid, and the data comes back", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1240 }), (data) => {
    const packet = echo(data);
    assert(isIpv6Packet(packet) && isEcho(packet) && hasValidIcmpv6Checksum(packet));
    assertEquals(echoDataOf(packet).toHex(), data.toHex());
    assertEquals(hopLimitOf(packet), 64);
  }));
});

Deno.test("echo requests and replies are told apart", () => {
  assert(!isEchoReply(vector("V14").payload));
  assert(isEchoReply(vector("V15").payload));
});

Deno.test("other messages are not taken for echo messages", () => {
  assert(!isEcho(vector("V1").payload), "a Router Solicitation");
  assert(!isEcho(encodeBubble(ACTORS.addressOfA, ACTORS.host)), "a bubble");
  assert(!isEcho(echo().subarray(0, 47)), "cut within its header");
  const coded = echo();
  coded[41] = 1;
  assert(!isEcho(coded), "a code other than 0");
  const tcp = echo();
  tcp[6] = NextHeader.TCP;
  assert(!isEcho(tcp), "TCP");
});

Deno.test("ICMPv6 is recognised by its next header and four octets of message", () => {
  assert(isIcmpv6(echo().subarray(0, 44)));
  assert(!isIcmpv6(echo().subarray(0, 43)));
});

Deno.test("an error goes to the source of the packet that it quotes, up to 1280 octets", () => {
  for (const length of [0, 1184, 1185, 1400]) {
    const about = echo(new Uint8Array(length).fill(7));
    const error = encodeIcmpv6Error({
      type: PACKET_TOO_BIG,
      code: 0,
      parameter: 1280,
      source: ACTORS.addressOfRelay,
      about,
    });
    assertEquals(error.length, Math.min(1280, 48 + about.length));
    assert(isIpv6Packet(error) && hasValidIcmpv6Checksum(error));
    assertEquals([icmpv6TypeOf(error), icmpv6CodeOf(error)], [PACKET_TOO_BIG, 0]);
    assertEquals(sourceOf(error), ACTORS.addressOfRelay);
    assertEquals(destinationOf(error), ACTORS.addressOfA);
    assertEquals(error.subarray(44, 48), Uint8Array.of(0, 0, 0x05, 0x00));
    assertEquals(error.subarray(48), about.subarray(0, 1232));
  }
});

Deno.test("an error without a parameter has zeros there", () => {
  const error = encodeIcmpv6Error({
    type: DESTINATION_UNREACHABLE,
    code: UnreachableCode.ADDRESS,
    source: ACTORS.addressOfRelay,
    about: echo(),
  });
  assertEquals([icmpv6TypeOf(error), icmpv6CodeOf(error)], [1, 3]);
  assertEquals(error.subarray(44, 48), new Uint8Array(4));
});

Deno.test("RFC 4443 §2.4 (e): packets that must not cause an error message cause none", () => {
  const altered = (offset: number, value: Uint8Array | number[]) => {
    const packet = echo();
    packet.set(value, offset);
    return packet;
  };
  const cases: [boolean, string, Uint8Array, number][] = [
    [true, "an Echo Request", echo(), DESTINATION_UNREACHABLE],
    [true, "TCP", altered(6, [NextHeader.TCP]), DESTINATION_UNREACHABLE],
    [true, "a bubble", encodeBubble(ACTORS.addressOfA, ACTORS.host), DESTINATION_UNREACHABLE],
    [true, "an Echo Reply", altered(40, [ECHO_REPLY]), DESTINATION_UNREACHABLE],
    [false, "an error", altered(40, [DESTINATION_UNREACHABLE]), DESTINATION_UNREACHABLE],
    [false, "the last error type", altered(40, [127]), PACKET_TOO_BIG],
    [false, "a redirect", altered(40, [REDIRECT]), DESTINATION_UNREACHABLE],
    [false, "ICMPv6 cut before its type is sure", echo().subarray(0, 43), PACKET_TOO_BIG],
    [false, "no source", altered(SOURCE_OFFSET, ip6("::")), DESTINATION_UNREACHABLE],
    [false, "a multicast source", altered(SOURCE_OFFSET, ip6("ff02::1")), PACKET_TOO_BIG],
    [false, "multicast", altered(DESTINATION_OFFSET, ip6("ff0e::1")), DESTINATION_UNREACHABLE],
    [true, "multicast too big", altered(DESTINATION_OFFSET, ip6("ff0e::1")), PACKET_TOO_BIG],
  ];
  for (const [expected, what, packet, type] of cases) {
    assertEquals(mayReportError(packet, type), expected, what);
  }
});
