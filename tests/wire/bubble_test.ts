import { assert, assertEquals } from "@std/assert";
import { BUBBLE_HOP_LIMIT, encodeBubble, isBubble } from "../../wire/bubble.ts";
import { hopLimitOf } from "../../wire/ipv6_header.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { ACTORS, negative, vector } from "../vectors/vectors.ts";

Deno.test("P-11: a bubble has 40 octets, next header 59 and payload length 0", () => {
  const bubble = encodeBubble(ACTORS.addressOfA, ACTORS.addressOfB);
  assertEquals(bubble.length, 40);
  assertEquals(bubble.subarray(4, 7), Uint8Array.of(0, 0, 59));
  assertEquals(hopLimitOf(bubble), BUBBLE_HOP_LIMIT);
  assert(isBubble(bubble));
});

Deno.test("P-11: a bubble may have any hop limit, and trailers", () => {
  for (const name of ["V8", "V10", "V11", "V16", "V18", "V21"]) {
    const packet = parseTeredoPacket(vector(name).payload);
    assert(typeof packet === "object" && isBubble(packet.ipv6), name);
  }
});

Deno.test("N29: next header 59 with a payload is not a bubble, nor is another next header without one", () => {
  const packet = parseTeredoPacket(negative("N29").payload);
  assert(typeof packet === "object");
  assertEquals(isBubble(packet.ipv6), false);
  const bubble = encodeBubble(ACTORS.addressOfA, ACTORS.addressOfB);
  bubble[6] = 58;
  assertEquals(isBubble(bubble), false);
});
