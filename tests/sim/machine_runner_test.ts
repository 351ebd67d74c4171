import { assertEquals, assertThrows } from "@std/assert";
import type { Machine, Sink } from "../../protocol/machine.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { Host } from "./host.ts";
import { Link } from "./link.ts";
import { MachineRunner } from "./machine_runner.ts";
import { Network } from "./network.ts";
import { PacketLog } from "./packet_log.ts";
import { seededRandom } from "./seeded_random.ts";
import { VirtualClock } from "./virtual_clock.ts";

const SERVICE = parseEndpoint("203.0.113.1:5000")!;
const BUBBLE = encodeBubble(parseIpv6("2001:0:1::1")!, parseIpv6("2001:0:1::2")!);

/** A machine that sends packets back to where they came from, and wakes as it is told. */
class Toy implements Machine<"service", string, number> {
  readonly heard: Uint8Array[] = [];
  due = Infinity;
  interval = Infinity;

  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    via: "service",
    _now: number,
    sink: Sink<"service", string>,
  ): void {
    this.heard.push(bytes);
    sink.datagram(from, via, bytes);
    sink.drop("multicast");
  }

  handlePacket(ipv6: Uint8Array, _now: number, sink: Sink<"service", string>): void {
    sink.packet(ipv6);
  }

  handleTimer(now: number, sink: Sink<"service", string>): void {
    sink.event(`woken at ${now}`);
    this.due = now + this.interval;
  }

  nextTimer(): number {
    return this.due;
  }

  status(now: number): number {
    return now;
  }
}

function bench() {
  const clock = new VirtualClock();
  const log = new PacketLog();
  const network = new Network(clock);
  const newHost = (name: string, address: string) => {
    const link = new Link({}, seededRandom(name));
    const place = { network, addresses: [parseIpv4(address)!], link };
    return new Host(name, place, clock, log);
  };
  const host = newHost("toy", "203.0.113.1");
  const runner = new MachineRunner<"service", string, number>(clock, {
    host,
    sockets: { service: SERVICE },
    onPacket: () => {},
  });
  return { clock, log, runner, peer: newHost("peer", "203.0.113.2") };
}

Deno.test("a machine is woken when its timer is due", () => {
  const { clock, runner } = bench();
  const toy = new Toy();
  toy.due = 5;
  toy.interval = 10;
  runner.start(toy);
  clock.run(30);
  assertEquals(runner.events, [
    { at: 5, event: "woken at 5" },
    { at: 15, event: "woken at 15" },
    { at: 25, event: "woken at 25" },
  ]);
});

Deno.test("a machine whose timer is always due is reported", () => {
  const { clock, runner } = bench();
  const toy = new Toy();
  toy.due = 5;
  toy.interval = 0;
  runner.start(toy);
  assertThrows(() => clock.run(30), Error, "over and over");
});

Deno.test("a machine gets datagrams, answers them and has its drops counted", () => {
  const { clock, log, runner, peer } = bench();
  runner.start(new Toy());
  const from = parseEndpoint("203.0.113.2:6000")!;
  peer.bind(from, () => {});
  peer.send(from, SERVICE, BUBBLE);
  clock.run(100);
  assertEquals(log.find({ to: "toy" }).length, 1);
  assertEquals(log.find({ from: "toy", to: "peer", kind: "bubble" }).length, 1);
  assertEquals(runner.drops.get("multicast"), 1);
});

Deno.test("an array lent to a machine is overwritten after the call", () => {
  const { clock, runner, peer } = bench();
  const toy = new Toy();
  runner.start(toy);
  peer.send(parseEndpoint("203.0.113.2:6000")!, SERVICE, BUBBLE);
  clock.run(100);
  assertEquals(toy.heard[0]?.every((octet) => octet === 0xdb), true);
});

Deno.test("a stopped machine hears nothing and is not woken", () => {
  const { clock, runner, peer } = bench();
  const toy = new Toy();
  toy.due = 50;
  runner.start(toy);
  runner.stop();
  peer.send(parseEndpoint("203.0.113.2:6000")!, SERVICE, BUBBLE);
  clock.run(100);
  assertEquals(toy.heard, []);
  assertEquals(runner.events, []);
});

Deno.test("the clock of a machine leaps, and stands still while its host sleeps", () => {
  const { clock, runner } = bench();
  const toy = new Toy();
  toy.due = 1000;
  toy.interval = 100;
  runner.start(toy);
  clock.run(10);
  runner.leap(500);
  runner.sleep();
  clock.run(2000);
  assertEquals(runner.events, []);
  runner.wakeUp(2000);
  assertEquals([clock.now, runner.now], [2010, 510]);
  clock.run(590);
  assertEquals(runner.events.map(({ at, event }) => [at, event]), [
    [2500, "woken at 1000"],
    [2600, "woken at 1100"],
  ]);
});
