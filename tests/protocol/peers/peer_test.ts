import { assert, assertEquals } from "@std/assert";
import { Peer } from "../../../protocol/peers/peer.ts";
import { PeerRecords } from "../../../protocol/peers/peer_records.ts";
import { PacketStore } from "../../../protocol/peers/packet_store.ts";
import { QueueBudget } from "../../../protocol/peers/queue_budget.ts";
import { seededRandom } from "../../sim/seeded_random.ts";
import { ACTORS } from "../../vectors/vectors.ts";

/** Client B, first heard of at `now`. */
function newPeer(now: number): Peer {
  return new Peer(new PeerRecords(1), ACTORS.addressOfB, 0, now);
}

Deno.test("a new peer is neither trusted nor reachable, and may be sent a bubble at once", () => {
  const peer = newPeer(0);
  assert(!peer.isTrusted && !peer.isReachable(0));
  assert(peer.mayBubble(0));
  assertEquals(peer.attempts, 0);
});

Deno.test("a peer keeps its own copy of its address", () => {
  const packet = ACTORS.addressOfB.slice();
  const peer = new Peer(new PeerRecords(1), packet, 0, 0);
  packet.fill(0);
  assertEquals(peer.address, ACTORS.addressOfB);
});

Deno.test("a trusted peer is reachable for 30 s after it was last heard", () => {
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

Deno.test("bubbles wait two seconds after any transmission", () => {
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
  assert(!peer.hasBubbleBudget(8_000));
  peer.heard(8_000);
  assert(peer.mayBubble(8_000));
});

Deno.test("a bubble that is due too soon may go out later", () => {
  const peer = newPeer(0);
  peer.bubbled(0);
  assert(!peer.mayBubble(1_000) && peer.hasBubbleBudget(1_000));
});

Deno.test("a peer is awaited from its first queued packet until the queue is taken", () => {
  const peer = newPeer(0);
  const budget = new QueueBudget(10, 1_000);
  const store = new PacketStore(budget);
  assert(!peer.isAwaited);
  assert(!peer.enqueue(new Uint8Array(11), store));
  assert(!peer.isAwaited, "there was no room for that");
  assert(peer.enqueue(Uint8Array.of(1), store) && peer.enqueue(Uint8Array.of(2), store));
  assert(peer.isAwaited);
  assertEquals(peer.takeQueue(), [Uint8Array.of(1), Uint8Array.of(2)]);
  assertEquals([peer.isAwaited, peer.takeQueue(), budget.used], [false, [], 0]);
  assert(peer.enqueue(Uint8Array.of(3), store));
  peer.clearQueue();
  assertEquals([peer.isAwaited, peer.takeQueue(), budget.used], [false, [], 0]);
});

Deno.test("the latest nonce proves a peer for 30 s, and nothing else does", () => {
  const peer = newPeer(0);
  assert(!peer.isProvedBy(undefined, 0) && !peer.isProvedBy(0, 0));
  const random = seededRandom("nonces");
  const first = peer.issueNonce(random, 0);
  const second = peer.issueNonce(random, 0);
  assert(!peer.isProvedBy(first, 0) && !peer.isProvedBy(undefined, 0));
  assert(peer.isProvedBy(second, 29_999));
  assert(!peer.isProvedBy(second, 30_000));
});

Deno.test("any nonce of a peer is kept", () => {
  const peer = newPeer(0);
  assertEquals(peer.nonceReceived, undefined);
  for (const nonce of [0, 1, 0xffffffff, undefined]) {
    peer.nonceReceived = nonce;
    assertEquals(peer.nonceReceived, nonce);
  }
});

Deno.test("an entry that reuses a record finds nothing of the former one", () => {
  const records = new PeerRecords(1);
  const former = new Peer(records, ACTORS.addressOfB, 0, 0);
  for (const now of [0, 2_000, 4_000, 6_000]) former.bubbled(now);
  former.trust(ACTORS.b, 6_000);
  former.sent(100, 6_000);
  former.octetsReceived += 100;
  former.nonceReceived = 7;
  const nonce = former.issueNonce(seededRandom("nonce"), 6_000);
  former.bubbled(6_000);
  former.leave();
  const peer = new Peer(records, ACTORS.addressOfA, 0, 7_000);
  assertEquals(peer.address, ACTORS.addressOfA);
  assertEquals([peer.mapping, peer.attempts, peer.octetsSent, peer.octetsReceived], [0, 0, 0, 0]);
  assert(!peer.isTrusted && peer.mayBubble(7_000) && !peer.isProvedBy(nonce, 7_000));
  assertEquals([peer.nonceReceived, peer.unansweredFor(7_000)], [undefined, 0]);
});

Deno.test("writes to a peer that left are lost, and change no other peer", () => {
  const records = new PeerRecords(2);
  const former = new Peer(records, ACTORS.addressOfB, 0, 0);
  former.leave();
  const others = [ACTORS.addressOfA, ACTORS.addressOfB].map((at) => new Peer(records, at, 0, 0));
  former.trust(ACTORS.b, 1_000);
  former.sent(100, 1_000);
  former.bubbled(1_000);
  assert(!former.isTrusted);
  for (const peer of others) {
    assert(!peer.isTrusted && peer.lastReception === peer.lastTransmission);
    assertEquals([peer.octetsSent, peer.attempts], [0, 0]);
  }
});
