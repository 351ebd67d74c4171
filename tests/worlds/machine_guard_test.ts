import { assertEquals } from "@std/assert";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { addressOf, endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { encodeUdp } from "../sim/udp.ts";
import { VirtualClock } from "../sim/virtual_clock.ts";
import { ACTORS } from "../vectors/vectors.ts";
import { clientHabits } from "./bubble_limits.ts";
import { MachineGuard } from "./machine_guard.ts";
import { numberedData } from "./numbered_packet.ts";

const { addressOfA, addressOfB, a, b } = ACTORS;
const BUBBLE = encodeBubble(addressOfA, addressOfB);
const ANSWER = encodeBubble(addressOfB, addressOfA);
const SERVER = endpoint(addressOf(a), TEREDO_PORT);
const PACKET = encodeUdp(addressOfA, addressOfB, numberedData({ flow: 0, number: 7 }, 40));

const ECHO = encodeEcho({
  type: Icmpv6Type.ECHO_REQUEST,
  source: addressOfA,
  destination: addressOfB,
  identifier: 1,
  sequence: 2,
  data: new Uint8Array(8),
});

/** A guard of client A, and what it complained of. */
function bench() {
  const clock = new VirtualClock();
  const complaints: string[] = [];
  const bubbles = clientHabits({
    hasGateway: false,
    hasEchoTests: false,
    hearsAnnouncements: false,
    determinesInterval: false,
  });
  const guard = new MachineGuard(
    {
      name: "alice",
      now: () => clock.now,
      address: () => addressOfA,
      bubbles,
      forgetsPeers: false,
    },
    clock,
    (words) => complaints.push(words),
  );
  const bubble = () => {
    guard.sent(BUBBLE, b, "service");
    guard.sent(BUBBLE, SERVER, "service");
  };
  return { clock, guard, bubble, complaints };
}

Deno.test("C-38: a fifth bubble without an answer is reported, and one after an answer is not", () => {
  const { clock, guard, bubble, complaints } = bench();
  for (let i = 0; i < 4; i++, clock.run(2_000)) bubble();
  assertEquals(complaints, []);
  bubble();
  assertEquals(complaints.length, 1);
  guard.received(ANSWER);
  clock.run(2_000);
  bubble();
  assertEquals(complaints.length, 1);
});

Deno.test("C-38: a bubble to another address of the client, as from before a restart, is no answer", () => {
  const { clock, guard, bubble } = bench();
  for (let i = 0; i < 4; i++, clock.run(2_000)) bubble();
  const former = addressOfA.slice();
  former[9]! ^= 1;
  guard.received(encodeBubble(addressOfB, former));
  assertEquals(guard.isExhausted(addressOfB), true);
  guard.received(ANSWER);
  assertEquals(guard.isExhausted(addressOfB), false);
});

Deno.test("C-38: a bubble less than two seconds after the last packet is reported", () => {
  const { clock, guard, bubble, complaints } = bench();
  guard.handed(PACKET);
  guard.sent(PACKET, b, "service");
  clock.run(1_999);
  bubble();
  assertEquals(complaints.length, 1);
});

Deno.test("a packet that leaves twice, or late, is reported", () => {
  const { clock, guard, complaints } = bench();
  guard.handed(PACKET);
  guard.sent(PACKET, b, "service");
  guard.sent(PACKET, b, "service");
  assertEquals(complaints, ["alice: sent packet 7 of flow 0 once more than it came"]);
  guard.handed(PACKET);
  clock.run(15_000);
  guard.sent(PACKET, b, "service");
  assertEquals(complaints[1], "alice: sent packet 7 of flow 0 15000 ms after it came");
});

Deno.test("a machine that sends what is no packet is reported", () => {
  const { guard, complaints } = bench();
  guard.sent(new Uint8Array(100).fill(0xdb), b, "service");
  assertEquals(complaints, ["alice: sent garbage"]);
});

Deno.test("a machine that sends or wakes all the time is reported", () => {
  const { guard, complaints } = bench();
  for (let i = 0; i < 100; i++) guard.sent(ECHO, b, "service");
  for (let i = 0; i < 100; i++) guard.woke();
  assertEquals(complaints, [
    "alice: 40 datagrams in a second, given 0",
    "alice: 60 timers in a second",
  ]);
});
