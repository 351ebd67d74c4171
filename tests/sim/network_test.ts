import { assertEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, formatEndpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { Host } from "./host.ts";
import { Link, type LinkQuality } from "./link.ts";
import { Nat } from "./nat.ts";
import { NAT, type NatBehaviour } from "./nat_behaviour.ts";
import { NatBox } from "./nat_box.ts";
import { Network } from "./network.ts";
import { PacketLog } from "./packet_log.ts";
import { seededRandom } from "./seeded_random.ts";
import { VirtualClock } from "./virtual_clock.ts";

const BUBBLE = encodeBubble(parseIpv6("2001:0:1::1")!, parseIpv6("2001:0:1::2")!);

function at(text: string): Endpoint {
  return parseEndpoint(text)!;
}

/** Hosts and NATs by hand, without machines. */
class Bench {
  readonly clock = new VirtualClock();
  readonly log = new PacketLog();
  readonly internet = new Network(this.clock);
  /** "receiver < sender's endpoint as seen", in the order of arrival. */
  readonly heard: string[] = [];

  host(name: string, socket: string, network = this.internet): Host {
    const place = {
      network,
      addresses: [parseIpv4(socket.split(":")[0]!)!],
      link: this.link({}),
    };
    const host = new Host(name, place, this.clock, this.log);
    this.listen(host, socket);
    return host;
  }

  listen(host: Host, socket: string): void {
    host.bind(at(socket), (_, from) => this.heard.push(`${host.name} < ${formatEndpoint(from)}`));
  }

  nat(name: string, external: string, behaviour: NatBehaviour, outside = this.internet): NatBox {
    const nat = new Nat(parseIpv4(external)!, behaviour, seededRandom(name));
    const inside = new Network(this.clock);
    const links = { insideLink: this.link({}), outsideLink: this.link({}) };
    return new NatBox(name, nat, { inside, outside, ...links }, this.clock);
  }

  link(quality: Partial<LinkQuality>): Link {
    return new Link({ delay: 1, ...quality }, seededRandom("link"));
  }
}

Deno.test("a datagram gets from host to host", () => {
  const bench = new Bench();
  const alice = bench.host("alice", "203.0.113.1:5000");
  bench.host("bob", "203.0.113.2:6000");
  alice.send(at("203.0.113.1:5000"), at("203.0.113.2:6000"), BUBBLE);
  bench.clock.run(10);
  assertEquals(bench.heard, ["bob < 203.0.113.1:5000"]);
  assertEquals(bench.log.toString(), "    0.000  alice -> bob  bubble");
});

Deno.test("the log shows what happened to packets that did not arrive", () => {
  const bench = new Bench();
  const alice = bench.host("alice", "203.0.113.1:5000");
  const bob = bench.host("bob", "203.0.113.2:6000");
  bench.nat("natC", "198.51.100.1", NAT.cone);
  const from = at("203.0.113.1:5000");
  alice.send(from, at("203.0.113.9:6000"), BUBBLE);
  alice.send(from, at("203.0.113.2:6001"), BUBBLE);
  alice.send(from, at("198.51.100.1:6000"), BUBBLE);
  bench.clock.run(1000);
  bob.hasPower = false;
  alice.send(from, at("203.0.113.2:6000"), BUBBLE);
  bench.clock.run(1000);
  alice.link.quality = { ...alice.link.quality, loss: 1 };
  alice.send(from, at("203.0.113.2:6000"), Uint8Array.of(1, 2, 3));
  assertEquals(bench.log.toString().split("\n"), [
    "    0.000  alice (nobody there)  bubble",
    "    0.000  alice -> bob (nobody there)  bubble",
    "    0.000  alice -> natC (refused)  bubble",
    "    1.000  alice -> bob (dead)  bubble",
    "    2.000  alice (lost)  garbage (not_ipv6)",
  ]);
});

Deno.test("a NAT box translates on the way out and back", () => {
  const bench = new Bench();
  const box = bench.nat("natA", "198.51.100.1", NAT.portRestricted);
  const alice = bench.host("alice", "10.0.0.2:5000", box.inside);
  const bob = bench.host("bob", "203.0.113.2:6000");
  alice.send(at("10.0.0.2:5000"), at("203.0.113.2:6000"), BUBBLE);
  bench.clock.run(10);
  bob.send(at("203.0.113.2:6000"), at("198.51.100.1:5000"), BUBBLE);
  bench.clock.run(10);
  assertEquals(bench.heard, ["bob < 198.51.100.1:5000", "alice < 203.0.113.2:6000"]);
  assertEquals(bench.log.find({ from: "alice", to: "bob" })[0]?.arrivals[0]?.path, [
    "alice",
    "natA",
    "bob",
  ]);
});

Deno.test("a NAT box behind a NAT box works like two", () => {
  const bench = new Bench();
  const carrier = bench.nat("carrier", "198.51.100.1", NAT.portRestricted);
  const home = bench.nat("home", "100.64.0.5", NAT.portRestricted, carrier.inside);
  const alice = bench.host("alice", "10.0.0.2:5000", home.inside);
  const bob = bench.host("bob", "203.0.113.2:6000");
  alice.send(at("10.0.0.2:5000"), at("203.0.113.2:6000"), BUBBLE);
  bench.clock.run(20);
  bob.send(at("203.0.113.2:6000"), at("198.51.100.1:5000"), BUBBLE);
  bench.clock.run(20);
  assertEquals(bench.log.toString().split("\n").map((line) => line.slice(11)), [
    "alice -> home -> carrier -> bob  bubble",
    "bob -> carrier -> home -> alice  bubble",
  ]);
});

Deno.test("neighbours behind a hairpinning NAT reach each other by their external endpoints", () => {
  const bench = new Bench();
  const box = bench.nat("natA", "198.51.100.1", NAT.cone);
  const alice = bench.host("alice", "10.0.0.2:5000", box.inside);
  const bob = bench.host("bob", "10.0.0.3:6000", box.inside);
  bob.send(at("10.0.0.3:6000"), at("203.0.113.9:1"), BUBBLE);
  alice.send(at("10.0.0.2:5000"), at("198.51.100.1:6000"), BUBBLE);
  bench.clock.run(10);
  assertEquals(bench.heard, ["bob < 198.51.100.1:5000"]);
});

Deno.test("neighbours reach each other by their inside endpoints without the NAT", () => {
  const bench = new Bench();
  const box = bench.nat("natA", "198.51.100.1", NAT.symmetric);
  const alice = bench.host("alice", "10.0.0.2:5000", box.inside);
  bench.host("bob", "10.0.0.3:6000", box.inside);
  alice.send(at("10.0.0.2:5000"), at("10.0.0.3:6000"), BUBBLE);
  bench.clock.run(10);
  assertEquals(bench.log.toString(), "    0.000  alice -> bob  bubble");
});

Deno.test("a multicast group is heard by its members in the same network only", () => {
  const bench = new Bench();
  const box = bench.nat("natA", "198.51.100.1", NAT.cone);
  const group = "224.0.0.253:3544";
  const alice = bench.host("alice", "10.0.0.2:5000", box.inside);
  const bob = bench.host("bob", "10.0.0.3:5000", box.inside);
  bench.host("carol", "10.0.0.4:5000", box.inside);
  const dave = bench.host("dave", "203.0.113.1:5000");
  for (const host of [alice, bob, dave]) bench.listen(host, group);
  alice.send(at("10.0.0.2:5000"), at(group), BUBBLE);
  bench.clock.run(10);
  assertEquals(bench.heard, ["bob < 10.0.0.2:5000"]);
});

Deno.test("a duplicating link delivers each datagram twice, and the log has both", () => {
  const bench = new Bench();
  const alice = bench.host("alice", "203.0.113.1:5000");
  bench.host("bob", "203.0.113.2:6000");
  alice.link.quality = { ...alice.link.quality, duplication: 1 };
  alice.send(at("203.0.113.1:5000"), at("203.0.113.2:6000"), BUBBLE);
  bench.clock.run(10);
  assertEquals(bench.heard.length, 2);
  assertEquals(bench.log.journeys.map(({ arrivals }) => arrivals.length), [2]);
});

Deno.test("a link that reorders lets a later datagram arrive first", () => {
  const bench = new Bench();
  const alice = bench.host("alice", "203.0.113.1:5000");
  bench.host("bob", "203.0.113.2:6000");
  bench.listen(alice, "203.0.113.1:5001");
  alice.link.quality = { ...alice.link.quality, reordering: 1, heldBack: 50 };
  alice.send(at("203.0.113.1:5000"), at("203.0.113.2:6000"), BUBBLE);
  alice.link.quality = { ...alice.link.quality, reordering: 0 };
  alice.send(at("203.0.113.1:5001"), at("203.0.113.2:6000"), BUBBLE);
  bench.clock.run(100);
  assertEquals(bench.heard, ["bob < 203.0.113.1:5001", "bob < 203.0.113.1:5000"]);
});
