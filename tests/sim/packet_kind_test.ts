import { assertEquals } from "@std/assert";
import { nonceOnly } from "../../wire/authentication.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { parseEndpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { encodeRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { encodeTeredoPacket } from "../../wire/teredo_packet.ts";
import { describeDatagram } from "./packet_kind.ts";

const SOURCE = parseIpv6("2001:0:c000:201::1")!;
const DESTINATION = parseIpv6("2001:0:c000:201::2")!;

Deno.test("datagrams are described in words", () => {
  const bubble = encodeBubble(SOURCE, DESTINATION);
  const echo = encodeEcho({
    type: Icmpv6Type.ECHO_REQUEST,
    source: SOURCE,
    destination: DESTINATION,
    identifier: 1,
    sequence: 1,
    data: new Uint8Array(8),
  });
  const solicitation = encodeTeredoPacket({
    authentication: nonceOnly(new Uint8Array(8)),
    ipv6: encodeRouterSolicitation(parseIpv6("fe80::1")!),
  });
  const forwarded = encodeTeredoPacket({
    origin: parseEndpoint("198.51.100.1:4096"),
    ipv6: bubble,
    trailers: Uint8Array.of(0, 0),
  });
  const datagrams = [bubble, echo, solicitation, forwarded, new Uint8Array(1)];
  assertEquals(datagrams.map((datagram) => describeDatagram(datagram).words), [
    "bubble",
    "echo request",
    "RS, nonce",
    "bubble, origin 198.51.100.1:4096, trailers",
    "garbage (datagram_too_short)",
  ]);
});
