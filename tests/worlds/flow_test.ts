import { assertEquals } from "@std/assert";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { Ipv6Stack } from "../sim/ipv6_stack.ts";
import { encodeUdp } from "../sim/udp.ts";
import { VirtualClock } from "../sim/virtual_clock.ts";
import { Flow, SLOWEST_ARRIVAL } from "./flow.ts";
import { Meddling } from "./meddling.ts";
import { numberedData, numbersOf } from "./numbered_packet.ts";
import type { Talker } from "./stage.ts";

const PLAN = { from: "one", to: "other", kind: "datagrams", interval: 1000, size: 100 } as const;

/** A flow whose packets a network of one line carries, or doesn't. */
function bench() {
  const clock = new VirtualClock();
  const net = new Meddling();
  const wrong: string[] = [];
  const talker = (name: string, address: string, output: (ipv6: Uint8Array) => void): Talker => {
    const stack = new Ipv6Stack(clock, output);
    stack.address = parseIpv6(address)!;
    return { name, stack };
  };
  const state = { carry: (packet: Uint8Array) => [packet] };
  const one = talker("one", "2001:db8::1", (packet) => {
    for (const copy of state.carry(packet)) other.stack.receive(copy);
  });
  const other = talker("other", "2001:db8::2", () => {});
  const flow = new Flow(0, PLAN, one, other, clock);
  other.stack.onArrival = (packet) => {
    const complaint = flow.arrive(packet, numbersOf(packet)!.number, other, net);
    if (complaint !== undefined) wrong.push(complaint);
  };
  return { clock, net, wrong, state, flow, other };
}

Deno.test("a flow whose packets arrive once is as it should be", () => {
  const { clock, wrong, flow } = bench();
  clock.run(30_000);
  assertEquals([wrong, flow.isLossless(1_000, 15_000), flow.recoveryAfter(5_000)], [[], true, 0]);
});

Deno.test("a packet that arrives twice is reported, unless the network doubled it", () => {
  const { clock, wrong, state, net } = bench();
  state.carry = (packet) => [packet, packet];
  clock.run(1_000);
  assertEquals(wrong.length, 1);
  state.carry = (packet) => {
    net.doubled(packet);
    return [packet, packet];
  };
  clock.run(5_000);
  assertEquals(wrong.length, 1);
});

Deno.test("a packet that arrives changed is reported, unless the network damaged it", () => {
  const { clock, wrong, state, net } = bench();
  // As a checksum cannot see.
  const change = (packet: Uint8Array) => {
    const data = numberedData({ flow: 0, number: 0 }, 100);
    data[50]! ^= 1;
    return encodeUdp(packet.subarray(8, 24), packet.subarray(24, 40), data);
  };
  state.carry = (packet) => [change(packet)];
  clock.run(1_000);
  assertEquals(wrong, ["other got packet 0 changed"]);
  state.carry = (packet) => {
    const changed = change(packet);
    net.damaged(changed);
    return [changed];
  };
  clock.run(5_000);
  assertEquals(wrong.length, 1);
});

Deno.test("a packet that nobody sent is reported", () => {
  const { clock, wrong, other } = bench();
  clock.run(1_000);
  const data = numberedData({ flow: 0, number: 99 }, 100);
  other.stack.receive(encodeUdp(parseIpv6("2001:db8::1")!, other.stack.address!, data));
  assertEquals(wrong, ["other got packet 99, which was not sent"]);
});

Deno.test("recovery ends with the packet after the last one lost", () => {
  const { clock, state, flow } = bench();
  clock.run(10_500);
  const { carry } = state;
  state.carry = () => [];
  clock.run(5_000);
  state.carry = carry;
  clock.run(SLOWEST_ARRIVAL + 5_000);
  assertEquals(flow.recoveryAfter(8_000), 8_000);
  assertEquals(flow.isLossless(9_000, 14_000), false);
});
