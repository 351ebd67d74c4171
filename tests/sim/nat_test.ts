import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Endpoint, parseEndpoint, portOf } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { Nat } from "./nat.ts";
import { NAT, type NatBehaviour } from "./nat_behaviour.ts";
import { seededRandom } from "./seeded_random.ts";

const INSIDE = at("10.0.0.2:4096");
const NEIGHBOUR = at("10.0.0.3:4096");
const SERVER = at("192.0.2.1:3544");
const SERVER_OTHER_PORT = at("192.0.2.1:3545");
const STRANGER = at("192.0.2.9:3544");

function at(text: string): Endpoint {
  return parseEndpoint(text)!;
}

function nat(behaviour: NatBehaviour, seed = "nat"): Nat {
  return new Nat(parseIpv4("198.51.100.1")!, behaviour, seededRandom(seed));
}

/**
 * How many different external endpoints three destinations see: two ports of a host, and another.
 */
function mappingsSeen(behaviour: NatBehaviour): number {
  const box = nat({ ...behaviour, ports: "random" });
  const destinations = [SERVER, SERVER_OTHER_PORT, STRANGER];
  return new Set(destinations.map((destination) => box.outbound(INSIDE, destination, 0))).size;
}

/** Which sources may answer a packet that went to SERVER. */
function admitted(behaviour: NatBehaviour): boolean[] {
  const box = nat(behaviour);
  const outside = box.outbound(INSIDE, SERVER, 0)!;
  return [SERVER, SERVER_OTHER_PORT, STRANGER].map((source) =>
    box.inbound(source, outside, 0) === INSIDE
  );
}

Deno.test("an endpoint-independent mapping looks the same to all destinations", () => {
  assertEquals(mappingsSeen(NAT.cone), 1);
  assertEquals(mappingsSeen(NAT.addressRestricted), 1);
  assertEquals(mappingsSeen(NAT.portRestricted), 1);
});

Deno.test("an address-dependent mapping looks the same to all ports of a host only", () => {
  assertEquals(mappingsSeen(NAT.addressSymmetric), 2);
});

Deno.test("an address-and-port-dependent mapping looks different to each destination", () => {
  assertEquals(mappingsSeen(NAT.symmetric), 3);
});

Deno.test("a mapping stays the same while it is used", () => {
  for (const behaviour of Object.values(NAT)) {
    const box = nat(behaviour);
    const first = box.outbound(INSIDE, SERVER, 0);
    box.outbound(NEIGHBOUR, SERVER, 1);
    assertEquals(box.outbound(INSIDE, SERVER, 2), first);
  }
});

Deno.test("endpoint-independent filtering lets anyone in", () => {
  assertEquals(admitted(NAT.cone), [true, true, true]);
});

Deno.test("address-dependent filtering lets in the hosts that were sent to", () => {
  assertEquals(admitted(NAT.addressRestricted), [true, true, false]);
  assertEquals(admitted(NAT.addressSymmetric), [true, true, false]);
});

Deno.test("address-and-port-dependent filtering lets in the endpoints that were sent to", () => {
  assertEquals(admitted(NAT.portRestricted), [true, false, false]);
  assertEquals(admitted(NAT.symmetric), [true, false, false]);
});

Deno.test("a filter opens for each destination of an endpoint-independent mapping", () => {
  const box = nat(NAT.portRestricted);
  const outside = box.outbound(INSIDE, SERVER, 0)!;
  assertEquals(box.inbound(STRANGER, outside, 1), undefined);
  assertEquals(box.outbound(INSIDE, STRANGER, 2), outside);
  assertEquals(box.inbound(STRANGER, outside, 3), INSIDE);
  assertEquals(box.inbound(SERVER, outside, 3), INSIDE);
});

Deno.test("nobody gets in before somebody went out", () => {
  const box = nat(NAT.cone);
  assertEquals(box.inbound(SERVER, at("198.51.100.1:4096"), 0), undefined);
  box.outbound(INSIDE, SERVER, 0);
  assertEquals(box.inbound(SERVER, at("198.51.100.1:4097"), 0), undefined);
  assertEquals(box.inbound(SERVER, at("198.51.100.2:4096"), 0), undefined);
});

Deno.test("port preservation keeps the internal port, and falls back when a neighbour has it", () => {
  const box = nat(NAT.portRestricted);
  assertEquals(portOf(box.outbound(INSIDE, SERVER, 0)!), 4096);
  const other = box.outbound(NEIGHBOUR, SERVER, 0)!;
  assertNotEquals(portOf(other), 4096);
  assertEquals(box.inbound(SERVER, other, 0), NEIGHBOUR);
  assertEquals(box.inbound(SERVER, at("198.51.100.1:4096"), 0), INSIDE);
});

Deno.test("a preserved port is free again when its mapping has expired", () => {
  const box = nat(NAT.portRestricted);
  box.outbound(INSIDE, SERVER, 0);
  assertEquals(portOf(box.outbound(NEIGHBOUR, SERVER, 120_000)!), 4096);
});

Deno.test("a port-preserving symmetric NAT preserves the port of the first flow only", () => {
  const box = nat(NAT.symmetricPreserving);
  assertEquals(portOf(box.outbound(INSIDE, SERVER, 0)!), 4096);
  assertNotEquals(portOf(box.outbound(INSIDE, STRANGER, 0)!), 4096);
});

Deno.test("sequential ports follow one another and skip those in use", () => {
  const box = nat(NAT.symmetricSequential);
  const [first, second, third] = [SERVER, SERVER_OTHER_PORT, STRANGER].map((destination) =>
    portOf(box.outbound(INSIDE, destination, 0)!)
  );
  assertEquals([second, third], [first! + 1, first! + 2]);
});

Deno.test("random ports differ between seeds and repeat with the seed", () => {
  const ports = (seed: string) => {
    const box = nat(NAT.symmetric, seed);
    return [SERVER, SERVER_OTHER_PORT, STRANGER].map((to) => portOf(box.outbound(INSIDE, to, 0)!));
  };
  assertEquals(ports("a"), ports("a"));
  assertNotEquals(ports("a"), ports("b"));
  assert(ports("a").every((port) => port >= 1024));
});

Deno.test("a mapping ends its lifetime after the last outbound packet", () => {
  const box = nat({ ...NAT.cone, lifetime: 30_000 });
  const outside = box.outbound(INSIDE, SERVER, 0)!;
  box.outbound(INSIDE, SERVER, 20_000);
  assertEquals(box.inbound(SERVER, outside, 49_999), INSIDE);
  assertEquals(box.inbound(SERVER, outside, 50_000), undefined);
});

Deno.test("inbound packets refresh a mapping only if the NAT is set to that", () => {
  for (const inboundRefresh of [false, true]) {
    const box = nat({ ...NAT.portRestricted, lifetime: 30_000, inboundRefresh });
    const outside = box.outbound(INSIDE, SERVER, 0)!;
    box.inbound(SERVER, outside, 20_000);
    assertEquals(box.inbound(SERVER, outside, 40_000), inboundRefresh ? INSIDE : undefined);
  }
});

Deno.test("an opening expires although the mapping is kept alive by others", () => {
  const box = nat({ ...NAT.portRestricted, lifetime: 30_000 });
  const outside = box.outbound(INSIDE, STRANGER, 0)!;
  assertEquals(box.outbound(INSIDE, SERVER, 20_000), outside);
  assertEquals(box.inbound(SERVER, outside, 40_000), INSIDE);
  assertEquals(box.inbound(STRANGER, outside, 40_000), undefined);
});

Deno.test("hairpinned packets come from the sender's external endpoint (RFC 4787 REQ-9)", () => {
  const box = nat(NAT.cone);
  const outside = box.outbound(INSIDE, SERVER, 0)!;
  const neighbourOutside = box.outbound(NEIGHBOUR, SERVER, 0)!;
  assert(box.isExternal(outside));
  assertEquals(box.hairpin(NEIGHBOUR, outside, 1), {
    source: neighbourOutside,
    destination: INSIDE,
  });
});

Deno.test("hairpinned packets are filtered like packets from the outside", () => {
  const box = nat(NAT.portRestricted);
  const outside = box.outbound(INSIDE, SERVER, 0)!;
  const neighbourOutside = box.outbound(NEIGHBOUR, SERVER, 0)!;
  assertEquals(box.hairpin(NEIGHBOUR, outside, 1), undefined);
  assertEquals(box.hairpin(INSIDE, neighbourOutside, 2)?.destination, NEIGHBOUR);
  assertEquals(box.hairpin(NEIGHBOUR, outside, 3)?.destination, INSIDE);
});

Deno.test("a NAT without hairpinning sends nothing back inside", () => {
  const box = nat({ ...NAT.cone, hairpinning: false });
  const outside = box.outbound(INSIDE, SERVER, 0)!;
  assertEquals(box.hairpin(NEIGHBOUR, outside, 1), undefined);
});

Deno.test("a reboot forgets all mappings, and a port sequence continues elsewhere", () => {
  const box = nat({ ...NAT.cone, ports: "sequential" });
  const before = box.outbound(INSIDE, SERVER, 0)!;
  box.reboot();
  assertEquals(box.size(1), 0);
  assertEquals(box.inbound(SERVER, before, 1), undefined);
  assertNotEquals(box.outbound(INSIDE, SERVER, 2), before);
});

Deno.test("a reserved port is the same for all, lets anyone in, and outlasts a reboot", () => {
  const box = nat(NAT.symmetric);
  const outside = at("198.51.100.1:3545");
  box.reserve(3545, INSIDE);
  box.reboot();
  assertEquals(box.inbound(STRANGER, outside, 0), INSIDE);
  assertEquals(box.outbound(INSIDE, SERVER, 1), outside);
  assertEquals(box.outbound(INSIDE, STRANGER, 1), outside);
});

Deno.test("a reserved port goes to nobody else", () => {
  const box = nat(NAT.portRestricted);
  box.reserve(4096, INSIDE);
  assertNotEquals(portOf(box.outbound(NEIGHBOUR, SERVER, 0)!), 4096);
});

Deno.test("a full table refuses new flows until an old one has expired", () => {
  const box = nat({ ...NAT.symmetric, capacity: 2, lifetime: 30_000 });
  box.outbound(INSIDE, SERVER, 0);
  const kept = box.outbound(INSIDE, STRANGER, 10_000);
  assertEquals(box.outbound(NEIGHBOUR, SERVER, 20_000), undefined);
  assertEquals(box.outbound(INSIDE, STRANGER, 20_000), kept);
  assertNotEquals(box.outbound(NEIGHBOUR, SERVER, 30_000), undefined);
  assertEquals(box.size(30_000), 2);
});

Deno.test("a mapping remembers a bounded number of remotes, the latest ones", () => {
  const box = nat(NAT.portRestricted);
  const outside = box.outbound(INSIDE, STRANGER, 0)!;
  for (let port = 1; port <= 256; port++) box.outbound(INSIDE, at(`192.0.2.1:${port}`), 1);
  assertEquals(box.inbound(at("192.0.2.1:256"), outside, 2), INSIDE);
  assertEquals(box.inbound(STRANGER, outside, 2), undefined);
});

Deno.test("a NAT with another address forgets its mappings, and its forwarded ports move there", () => {
  const box = nat(NAT.portRestricted);
  const former = box.outbound(INSIDE, SERVER, 0)!;
  box.forward(5000, NEIGHBOUR);
  box.renumber(parseIpv4("198.51.100.77")!);
  assertEquals(box.inbound(SERVER, former, 1), undefined);
  assertEquals(box.inbound(STRANGER, at("198.51.100.1:5000"), 1), undefined);
  assertEquals(box.inbound(STRANGER, at("198.51.100.77:5000"), 1), NEIGHBOUR);
  assertEquals(box.outbound(INSIDE, SERVER, 1), at("198.51.100.77:4096"));
});
