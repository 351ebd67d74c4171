import { assert, assertEquals } from "@std/assert";
import { QueueBudget } from "../../protocol/packet_queue.ts";
import { Peer } from "../../protocol/peer.ts";
import { ACTORS } from "../vectors/vectors.ts";

/** Client B, first heard of at `now`. */
function newPeer(now: number): Peer {
  return new Peer(ACTORS.addressOfB, now, new QueueBudget(1000, 1000));
}

Deno.test("a new peer is neither trusted nor reachable, and may be sent a bubble at once", () => {
  const peer = newPeer(0);
  assert(!peer.isTrusted && !peer.isReachable(0));
  assert(peer.mayBubble(0));
  assertEquals(peer.attempts, 0);
});

Deno.test("a peer keeps its own copy of its address", () => {
  const packet = ACTORS.addressOfB.slice();
  const peer = new Peer(packet, 0, new QueueBudget(0, 0));
  packet.fill(0);
  assertEquals(peer.address, ACTORS.addressOfB);
});

Deno.test("a trusted peer is reachable for 30 s after it was heard last", () => {
  const peer = newPeer(0);
  peer.trust(ACTORS.b, 1_000);
  assertEquals(peer.mapping, ACTORS.b);
  assert(peer.isReachable(30_999));
  assert(!peer.isReachable(31_000));
  peer.heard(40_000);
  assert(peer.isReachable(69_999));
  assert(!peer.isReachable(70_000));
  assert(peer.isTrusted, "the mapping stays known");
});

Deno.test("a peer that is distrusted is not reachable, however recently it was heard", () => {
  const peer = newPeer(0);
  peer.trust(ACTORS.b, 0);
  peer.distrust();
  assert(!peer.isTrusted && !peer.isReachable(1));
});

Deno.test("bubbles keep two seconds from any transmission", () => {
  const peer = newPeer(0);
  peer.bubbled(10_000);
  assert(!peer.mayBubble(11_999));
  assert(peer.mayBubble(12_000));
  peer.lastTransmission = 12_500;
  assert(!peer.mayBubble(14_499));
  assert(peer.mayBubble(14_500));
});

/** When bubbles go out to a peer that is tried twenty times a second until `end`. */
function bubbleTimes(peer: Peer, end: number): number[] {
  const times: number[] = [];
  for (let now = 0; now < end; now += 50) {
    if (!peer.mayBubble(now)) continue;
    peer.bubbled(now);
    times.push(now);
  }
  return times;
}

Deno.test("no fifth bubble goes out in 300 s without an answer, however often it is tried", () => {
  const times = bubbleTimes(newPeer(0), 305_000);
  assertEquals(times, [0, 2_000, 4_000, 6_000, 300_000, 302_000, 304_000]);
});

Deno.test("a direct packet makes room for four more bubbles", () => {
  const peer = newPeer(0);
  for (const now of [0, 2_000, 4_000, 6_000]) peer.bubbled(now);
  assert(!peer.mayBubble(8_000));
  assert(!peer.mayBubbleLater(8_000));
  peer.heard(8_000);
  assert(peer.mayBubble(8_000));
});

Deno.test("a bubble that is due too soon may go out later", () => {
  const peer = newPeer(0);
  peer.bubbled(0);
  assert(!peer.mayBubble(1_000) && peer.mayBubbleLater(1_000));
});
