import { assertEquals } from "@std/assert";
import { encodeIcmpv6Error, Icmpv6Type, UnreachableCode } from "../../wire/icmpv6.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { Ipv6Stack } from "./ipv6_stack.ts";
import { Link, type LinkQuality } from "./link.ts";
import { NativeInternet } from "./native_internet.ts";
import { NativeNode } from "./native_node.ts";
import { PacketLog } from "./packet_log.ts";
import { seededRandom } from "./seeded_random.ts";
import { VirtualClock } from "./virtual_clock.ts";

function twoHosts(quality: Partial<LinkQuality> = {}) {
  const clock = new VirtualClock();
  const log = new PacketLog();
  const native = new NativeInternet(clock, log, new Link(quality, seededRandom("native")));
  const alice = new NativeNode("alice", parseIpv6("2001:db8::1")!, native, clock);
  const bob = new NativeNode("bob", parseIpv6("2001:db8::2")!, native, clock);
  return { clock, log, native, alice, bob };
}

Deno.test("a ping is answered, and timed", () => {
  const { clock, log, alice, bob } = twoHosts({ delay: 20 });
  const ping = alice.stack.ping(bob.address, { count: 3, interval: 100 });
  clock.run(1000);
  assertEquals(ping.answeredSequence, [0, 1, 2]);
  assertEquals(ping.replies.map(({ roundTrip }) => roundTrip), [40, 40, 40]);
  assertEquals(ping.firstReplyAfter, 40);
  assertEquals(ping.lost, 0);
  assertEquals(log.find({ from: "bob", to: "alice", kind: "echo reply" }).length, 3);
});

Deno.test("a ping counts lost packets, and distinguishes duplicates from answers", () => {
  const lost = twoHosts({ loss: 1 });
  const unanswered = lost.alice.stack.ping(lost.bob.address, { count: 2 });
  lost.clock.run(5000);
  assertEquals([unanswered.sent, unanswered.lost], [2, 2]);
  assertEquals(unanswered.firstReplyAfter, Infinity);

  const doubled = twoHosts({ duplication: 1 });
  const ping = doubled.alice.stack.ping(doubled.bob.address);
  doubled.clock.run(5000);
  assertEquals([ping.replies.length, ping.lost], [4, 0]);
});

Deno.test("concurrent pings are kept apart", () => {
  const { clock, alice, bob } = twoHosts();
  const nobody = alice.stack.ping(parseIpv6("2001:db8::9")!);
  const somebody = alice.stack.ping(bob.address);
  clock.run(1000);
  assertEquals([nobody.isAnswered, somebody.isAnswered], [false, true]);
});

Deno.test("an error about an echo request counts for its ping", () => {
  const clock = new VirtualClock();
  const router = parseIpv6("fe80::1")!;
  const stack: Ipv6Stack = new Ipv6Stack(clock, (ipv6) => {
    const error = {
      type: Icmpv6Type.DESTINATION_UNREACHABLE,
      code: UnreachableCode.ADDRESS,
      source: router,
      about: ipv6,
    };
    stack.receive(encodeIcmpv6Error(error));
  });
  stack.address = parseIpv6("2001:db8::1")!;
  const ping = stack.ping(parseIpv6("2001:db8::9")!, { count: 2 });
  clock.run(5000);
  assertEquals([ping.errors, ping.lost], [2, 2]);
});

Deno.test("packets for a prefix go to the node that advertises it", () => {
  const { clock, native, alice } = twoHosts();
  const taken: number[] = [];
  native.advertise(0x20010000, { name: "relay", receivePacket: (p) => taken.push(p.length) });
  alice.stack.ping(parseIpv6("2001:0:c000:201::1")!, { size: 8 });
  clock.run(100);
  native.withdraw(0x20010000);
  alice.stack.ping(parseIpv6("2001:0:c000:201::1")!, { size: 8 });
  clock.run(100);
  assertEquals(taken, [56]);
});
