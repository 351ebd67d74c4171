/**
 * Our bubbles beside those of Windows: octet by octet, except for what is drawn at random.
 *
 * The captures have bubbles of Windows without trailers. For the order of trailers there is V18, which
 * was laid out after bubbles of Windows that had all three.
 */

import { assert, assertEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import {
  DESTINATION,
  destinationOf,
  IPV6_HEADER_LENGTH,
  sourceOf,
} from "../../wire/ipv6_header.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { encodeTrailers, parseTrailers } from "../../wire/trailers.ts";
import { ClientFixture, packet, portOf, S1 } from "../client/client_fixture.ts";
import { ACTORS, at, capture, vector } from "../vectors/vectors.ts";

/** The octet of a bubble's hop limit, which RFC 4380 leaves open. */
const HOP_LIMIT = 7;

Deno.test("P-11: the indirect bubble of Windows is octet by octet the one that we would send", () => {
  const { payload } = capture("zeek-Teredo#29");
  assertEquals(encodeBubble(sourceOf(payload), destinationOf(payload)), payload);
});

Deno.test("P-11, C-30: so is its answer to a relay, but for the hop limit, which it took from the relay's bubble", () => {
  const asked = parseTeredoPacket(capture("zeek-Teredo#31").payload);
  const { payload } = capture("zeek-Teredo#32");
  assert(typeof asked === "object");
  const ours = encodeBubble(destinationOf(asked.ipv6), sourceOf(asked.ipv6));
  ours[HOP_LIMIT] = asked.ipv6[HOP_LIMIT]!;
  assertEquals(ours, payload);
});

Deno.test("P-16: the trailers of Windows, read and written again, are the same octets in the same order", () => {
  const bubble = parseTeredoPacket(vector("V18").payload);
  assert(typeof bubble === "object");
  const trailers = parseTrailers(bubble.trailers);
  assert(typeof trailers === "object");
  assertEquals(encodeTrailers(trailers), bubble.trailers.slice());
  const ipv6 = encodeBubble(sourceOf(bubble.ipv6), destinationOf(bubble.ipv6));
  const again = encodeTeredoPacket({ origin: bubble.origin, ipv6, trailers: bubble.trailers });
  assertEquals(again, vector("V18").payload);
});

/** The type, length and place of each trailer. */
function layoutOf(trailers: Uint8Array): number[][] {
  const layout: number[][] = [];
  for (let at = 0; at < trailers.length; at += 2 + trailers[at + 1]!) {
    layout.push([trailers[at]!, trailers[at + 1]!, at]);
  }
  return layout;
}

Deno.test("X-10, X-16: a client's own indirect bubble has its nonce, address and port where Windows has them", () => {
  // Behind a symmetric NAT that keeps ports, and a peer behind the same public address.
  const local = at("192.168.1.10:4096");
  const fixture = new ClientFixture({ localEndpoint: () => local });
  fixture.wait(0).answer().answer({ mapping: at("192.0.2.1:4097") });
  Object.assign(fixture.sink, { open: () => 57_005, close: () => {} });
  const mapping = at("192.0.2.1:5000");
  const peer = encodeTeredoAddress({ server: ACTORS.s1, flags: 0, mapping });
  const { address } = fixture.client.status(fixture.now);
  fixture.send(packet(address!, peer));
  const sent = fixture.sink.datagrams.find(({ to }) => to === portOf(S1, "primary"))!;
  const windows = parseTeredoPacket(vector("V18").payload);
  assert(typeof windows === "object");
  const theirs = windows.trailers;
  // Theirs has two alternate addresses, of which ours has the first.
  const shorter = Uint8Array.from([...theirs.subarray(0, 16), ...theirs.subarray(22)]);
  shorter[7] = 8;
  const ours = sent.bytes.subarray(IPV6_HEADER_LENGTH);
  assertEquals(layoutOf(ours), layoutOf(shorter));
  const header = encodeBubble(address!, peer);
  assertEquals(sent.bytes.subarray(0, DESTINATION), header.subarray(0, DESTINATION));
});
