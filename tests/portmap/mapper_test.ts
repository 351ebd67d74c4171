/** The life of a mapping, with a router on a virtual clock. */
import { assert, assertEquals } from "@std/assert";
import { LIFETIME, RETRY } from "../../portmap/mapper.ts";
import { MAPPING_PROTOCOLS, type PortMapping } from "../../portmap/port_mapping.ts";
import { endpoint, portOf } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { LOCAL, MapperWorld, PORT } from "./mapper_fixture.ts";

const INTERNAL = endpoint(LOCAL, PORT);
const OTHER_HOST = endpoint(parseIpv4("192.168.1.77")!, PORT);
const EXTERNAL = endpoint(parseIpv4("83.1.2.1")!, PORT);

/** The mapping that the mapper has, which must be there. */
function mappingOf({ mapper }: MapperWorld): PortMapping {
  const { state } = mapper;
  assert(state.name === "mapped", JSON.stringify(state));
  return state.mapping;
}

for (const protocol of MAPPING_PROTOCOLS) {
  Deno.test(`mapper: by ${protocol} a port is mapped, kept for a day, and removed`, () => {
    const world = new MapperWorld({ protocols: [protocol] });
    world.start();
    world.run(10_000);
    const { external, internal, protocol: used } = mappingOf(world);
    assertEquals([external, internal, used], [EXTERNAL, INTERNAL, protocol]);
    assertEquals(world.router.table.get(PORT)?.lease, LIFETIME / 1000);
    world.run(86_400_000);
    assertEquals(mappingOf(world).external, EXTERNAL);
    assertEquals(world.types.filter((type) => type !== "port_renewed"), ["port_mapped"]);
    assert(world.events.every((event) => event.type !== "port_renewed" || !event.hasRestarted));
    world.act((now, sink) => world.mapper.end(now, sink));
    world.run(1000);
    assertEquals([...world.router.table], []);
    assertEquals(world.types.at(-1), "port_removed");
    assertEquals(world.mapper.isBusy, false);
  });

  Deno.test(`mapper: by ${protocol} a mapping that lasts two minutes is renewed in time`, () => {
    const world = new MapperWorld({ protocols: [protocol], maxLifetime: 120 });
    world.start();
    world.run(9_000);
    const before = world.router.asked.length;
    world.run(59_000);
    assert(world.router.asked.length > before, "renewed at half of its lifetime");
    assertEquals(world.types, ["port_mapped", "port_renewed"]);
  });

  Deno.test(`mapper: by ${protocol} what a killed run left is removed if the port is another`, () => {
    const killed = new MapperWorld({ protocols: [protocol] });
    killed.start();
    killed.run(10_000);
    const leftOver = mappingOf(killed);
    const world = new MapperWorld({ protocols: [protocol] }, { port: PORT + 1, leftOver });
    for (const [port, entry] of killed.router.table) world.router.table.set(port, entry);
    world.start();
    world.run(10_000);
    assertEquals([...world.router.table.keys()], [PORT + 1]);
    assertEquals(world.types, ["port_removed", "port_mapped"]);
  });

  Deno.test(`mapper: by ${protocol} what a killed run left is taken over if the port is the same`, () => {
    const killed = new MapperWorld({ protocols: [protocol] });
    killed.start();
    killed.run(10_000);
    const leftOver = mappingOf(killed);
    const world = new MapperWorld({ protocols: [protocol] }, { leftOver });
    for (const [port, entry] of killed.router.table) world.router.table.set(port, entry);
    world.start();
    world.run(10_000);
    assertEquals(mappingOf(world), leftOver);
    assertEquals([...world.router.table.keys()], [PORT]);
  });

  Deno.test(`mapper: by ${protocol} the port of another host stays its own`, () => {
    const world = new MapperWorld({ protocols: [protocol] });
    const theirs = { internal: OTHER_HOST, externalPort: PORT, lease: 0, nonce: "" };
    world.router.table.set(PORT, theirs);
    world.start();
    world.run(10_000);
    assert(portOf(mappingOf(world).external) !== PORT);
    world.act((now, sink) => world.mapper.end(now, sink));
    world.run(1000);
    assertEquals([...world.router.table], [[PORT, theirs]]);
  });

  Deno.test(`mapper: by ${protocol} a router that restarted is asked again`, () => {
    const world = new MapperWorld({ protocols: [protocol] });
    world.start();
    world.run(10_000);
    world.router.restart();
    world.run(600_000);
    assertEquals([...world.router.table.keys()], [PORT]);
    const last = world.events.at(-1)!;
    assert(last.type === "port_renewed" && last.hasRestarted === (protocol !== "upnp"));
  });
}

Deno.test("mapper: with every protocol at hand, PCP is used and nothing else is asked", () => {
  const world = new MapperWorld();
  world.start();
  world.run(1000);
  assertEquals(mappingOf(world).protocol, "pcp");
  assertEquals(world.router.asked, ["pcp"]);
});

Deno.test("mapper: a NAT-PMP router that refuses PCP's version is asked by NAT-PMP at once", () => {
  const world = new MapperWorld({ protocols: ["nat-pmp"] });
  world.start();
  world.run(10);
  assertEquals(mappingOf(world).protocol, "nat-pmp");
});

Deno.test("mapper: a router with UPnP alone is asked by UPnP within four seconds", () => {
  const world = new MapperWorld({ protocols: ["upnp"] });
  world.start();
  world.run(4000);
  assertEquals(mappingOf(world).protocol, "upnp");
});

Deno.test("mapper: a router that announces its restart is asked at once", () => {
  const world = new MapperWorld({ protocols: ["pcp"] });
  world.start();
  world.run(100_000);
  world.router.restart();
  const { bytes, from } = world.router.announcement();
  const stranger = endpoint(parseIpv4("192.168.1.66")!, portOf(from));
  world.act((now) => world.mapper.handleAnnouncement(bytes, stranger, now));
  world.run(1);
  assertEquals(world.types, ["port_mapped"], "nobody else is believed");
  world.act((now) => world.mapper.handleAnnouncement(bytes, from, now));
  world.run(1);
  const last = world.events.at(-1)!;
  assert(last.type === "port_renewed" && last.hasRestarted);
  assertEquals([...world.router.table.keys()], [PORT]);
});

Deno.test("mapper: a router that gives another port after its restart is believed", () => {
  const world = new MapperWorld({ protocols: ["nat-pmp"] });
  world.start();
  world.run(1000);
  world.router.restart();
  world.router.table.set(PORT, { internal: OTHER_HOST, externalPort: PORT, lease: 0 });
  world.run(600_000);
  const last = world.events.at(-1)!;
  assert(last.type === "port_mapped" && last.previous?.external === EXTERNAL);
  assertEquals(portOf(last.mapping.external), PORT + 1);
});

Deno.test("mapper: a router that falls silent loses the mapping when its lifetime is over", () => {
  const world = new MapperWorld({ protocols: ["pcp"], maxLifetime: 120 });
  world.start();
  world.run(1000);
  world.isCut = true;
  world.run(110_000);
  assertEquals(world.types, ["port_mapped"], "a renewal that is lost costs nothing yet");
  world.run(40_000);
  assertEquals(world.types, ["port_mapped", "port_not_mapped"]);
  world.isCut = false;
  world.run(RETRY);
  assertEquals(world.types, ["port_mapped", "port_not_mapped", "port_mapped"]);
});

Deno.test("mapper: without a router that answers, it is asked again after ten minutes", () => {
  const world = new MapperWorld({ protocols: [] });
  world.start();
  world.run(20_000);
  const [event] = world.events;
  assert(event?.type === "port_not_mapped" && event.reason === "no_answer");
  assertEquals(event.tried.map(({ protocol }) => protocol), ["pcp", "upnp", "nat-pmp"]);
  const datagrams = world.sent.length;
  assert(datagrams <= 16, `${datagrams} datagrams`);
  world.run(RETRY - 20_000);
  assertEquals(world.sent.length, datagrams);
  world.run(20_000);
  assertEquals(world.sent.length, 2 * datagrams);
});

Deno.test("mapper: without a router the mapping is removed, and with one it is made again", () => {
  const world = new MapperWorld();
  world.start();
  world.run(1000);
  world.act((now, sink) => world.mapper.useRouter(undefined, now, sink));
  assertEquals(world.mapper.state.name, "idle");
  world.run(1000);
  assertEquals(world.types, ["port_mapped", "port_removed"]);
  assertEquals([[...world.router.table], world.mapper.isBusy], [[], false]);
  world.start();
  world.run(1000);
  assertEquals(mappingOf(world).external, EXTERNAL);
});

Deno.test("mapper: another choice of protocols takes effect at once", () => {
  const world = new MapperWorld();
  world.start();
  world.run(1000);
  world.act((now, sink) => world.mapper.useProtocols(["upnp"], now, sink));
  world.run(4000);
  assertEquals(mappingOf(world).protocol, "upnp");
  assertEquals(world.types, ["port_mapped", "port_removed", "port_mapped"]);
  world.act((now, sink) => world.mapper.useProtocols([], now, sink));
  world.run(1000);
  assertEquals([[...world.router.table], world.mapper.state.name], [[], "idle"]);
});

Deno.test("mapper: an answer from elsewhere than the router is not believed", () => {
  const world = new MapperWorld();
  world.isCut = true;
  world.start();
  const { to, bytes } = world.sent[0]!;
  const answer = world.router.answer(bytes, to, LOCAL)!;
  const elsewhere = [
    endpoint(parseIpv4("192.168.1.66")!, 5351),
    endpoint(parseIpv4("83.1.2.1")!, 5351),
    endpoint(world.router.address, 5352),
  ];
  for (const from of elsewhere) {
    world.act((now, sink) => world.mapper.handleDatagram(answer.bytes, from, now, sink));
  }
  assertEquals(world.types, []);
  world.act((now, sink) => world.mapper.handleDatagram(answer.bytes, to, now, sink));
  assertEquals(world.types, ["port_mapped"]);
});

const REFUSALS = [
  [{ protocols: ["pcp"], result: 2 }, "refused"],
  [{ protocols: ["pcp"], result: 8 }, "no_resources"],
  [{ protocols: ["pcp"], result: 77 }, "answer_invalid"],
  [{ protocols: ["nat-pmp"], result: 3 }, "router_offline"],
  [{ protocols: ["upnp"], addError: 718 }, "port_taken"],
  [{ protocols: ["upnp"], addError: 728 }, "no_resources"],
  [{ protocols: ["upnp"], addError: 606 }, "refused"],
  [{ protocols: ["upnp"], ignoresAdd: true }, "refused"],
  [{ protocols: ["upnp"], external: parseIpv4("0.0.0.0")! }, "router_offline"],
  [{ protocols: ["upnp"], description: "<root/>" }, "unsupported"],
  [{ protocols: ["upnp"], location: "http://192.168.1.66:5000/root.xml" }, "no_answer"],
] as const;

for (const [options, reason] of REFUSALS) {
  Deno.test(`mapper: a router that is like ${JSON.stringify(options)} ends in ${reason}`, () => {
    const world = new MapperWorld(options);
    world.start();
    world.run(20_000);
    const [event] = world.events;
    assert(event?.type === "port_not_mapped", JSON.stringify(event));
    assertEquals(event.reason, reason);
    assertEquals([...world.router.table], []);
  });
}

Deno.test("mapper: a router that makes only mappings that stay (725) is asked for one", () => {
  const world = new MapperWorld({ protocols: ["upnp"], permanentOnly: true });
  world.start();
  world.run(10_000);
  const { state } = world.mapper;
  assert(state.name === "mapped" && state.until === Infinity);
  assertEquals(world.router.table.get(PORT)?.lease, 0);
  world.act((now, sink) => world.mapper.end(now, sink));
  world.run(1000);
  assertEquals([...world.router.table], []);
});

Deno.test("mapper: switched off, it removes what an earlier run left and asks for nothing", () => {
  const killed = new MapperWorld({ protocols: ["pcp"] });
  killed.start();
  killed.run(1000);
  const world = new MapperWorld({}, { protocols: [], leftOver: mappingOf(killed) });
  for (const [port, entry] of killed.router.table) world.router.table.set(port, entry);
  world.start();
  world.run(1000);
  assertEquals([...world.router.table], []);
  assertEquals(world.types, ["port_removed"]);
  assertEquals(world.mapper.nextTimer(), Infinity);
});

Deno.test("mapper: a route that returns while a silent router is asked to remove is used again", () => {
  const world = new MapperWorld({ protocols: ["pcp"] });
  world.start();
  world.run(1000);
  world.isCut = true;
  world.useRouter(undefined);
  world.run(1000);
  world.isCut = false;
  world.start();
  world.run(10_000);
  assertEquals(mappingOf(world).external, EXTERNAL);
  assertEquals([...world.router.table.keys()], [PORT]);
});

const SECOND_REMOVALS: readonly [string, (world: MapperWorld) => void][] = [
  ["no route", (world) => world.useRouter(undefined)],
  [
    "other protocols",
    (world) => world.act((now, sink) => world.mapper.useProtocols([], now, sink)),
  ],
  ["the end", (world) => world.act((now, sink) => world.mapper.end(now, sink))],
];

for (const [what, interrupt] of SECOND_REMOVALS) {
  for (const [first, begin] of SECOND_REMOVALS.slice(0, 2)) {
    Deno.test(`mapper: a removal for ${first} survives ${what} between UPnP's two calls`, () => {
      const world = new MapperWorld({ protocols: ["upnp"] }, { protocols: ["upnp"] });
      world.start();
      world.run(10_000);
      assertEquals(world.router.table.size, 1);
      begin(world);
      world.run(0);
      interrupt(world);
      world.run(10_000);
      assertEquals([...world.router.table], []);
      assertEquals(world.types, ["port_mapped", "port_removed"]);
      assertEquals([world.mapper.state.name, world.mapper.isBusy], ["idle", false]);
    });
  }
}

Deno.test("mapper: what is asked for as the end comes twice is removed once it is there", () => {
  const world = new MapperWorld({ protocols: ["upnp"] }, { protocols: ["upnp"] });
  world.start();
  for (let i = 0; i < 20 && world.router.table.size === 0; i++) world.run(1);
  assertEquals([world.router.table.size, world.types], [1, []]);
  world.useRouter(undefined);
  world.act((now, sink) => world.mapper.end(now, sink));
  world.run(10_000);
  assertEquals([...world.router.table], []);
});

Deno.test("mapper: at the end, a route that comes makes no new mapping", () => {
  const world = new MapperWorld({ protocols: ["pcp"] });
  world.start();
  world.run(1000);
  world.act((now, sink) => world.mapper.end(now, sink));
  world.start();
  world.run(10_000);
  assertEquals([[...world.router.table], world.mapper.isBusy], [[], false]);
});

Deno.test("mapper: what a router refuses to renew is removed at the end", () => {
  const world = new MapperWorld({ protocols: ["upnp"] }, { protocols: ["upnp"] });
  world.start();
  world.run(10_000);
  world.router.options = { protocols: ["upnp"], addError: 606 };
  world.run(RETRY);
  assertEquals(world.types, ["port_mapped", "port_not_mapped"]);
  assertEquals(world.router.table.size, 1);
  world.act((now, sink) => world.mapper.end(now, sink));
  world.run(1000);
  assertEquals([...world.router.table], []);
  assertEquals(world.types.at(-1), "port_removed");
});

const PASSING = [
  [{ protocols: ["pcp"], result: 77 }, "answer_invalid"],
  [{ protocols: ["pcp"], result: 3 }, "router_offline"],
] as const;

for (const [options, reason] of PASSING) {
  Deno.test(`mapper: a renewal that ends in ${reason} is tried again while time is left`, () => {
    const world = new MapperWorld({ protocols: ["pcp"] }, { protocols: ["pcp"] });
    world.start();
    world.run(10_000);
    const granted = mappingOf(world);
    world.router.options = options;
    world.run(RETRY);
    assertEquals(mappingOf(world), granted);
    assertEquals(world.types, ["port_mapped"]);
    world.run(LIFETIME - RETRY - 20_000);
    assertEquals(world.types, ["port_mapped"]);
    world.run(RETRY / 2);
    assertEquals(world.types, ["port_mapped", "port_not_mapped"], "its lifetime is over");
  });
}

Deno.test("mapper: a mapping that ended is not removed from a router that is silent", () => {
  const world = new MapperWorld({ protocols: ["pcp"], maxLifetime: 120 });
  world.start();
  world.run(1000);
  world.isCut = true;
  world.run(150_000);
  assertEquals(world.types, ["port_mapped", "port_not_mapped"]);
  world.act((now, sink) => world.mapper.end(now, sink));
  assertEquals(world.mapper.isBusy, false);
});

const OTHER_LOCAL = parseIpv4("192.168.1.11")!;

Deno.test("mapper: this host's new address is reported, and UPnP removes the old mapping", () => {
  const world = new MapperWorld({ protocols: ["upnp"] }, { protocols: ["upnp"] });
  world.start();
  world.run(10_000);
  world.useRouter({ router: world.router.address, local: OTHER_LOCAL });
  world.run(10_000);
  assertEquals(world.types, ["port_mapped", "port_removed", "port_mapped"]);
  const internals = [...world.router.table.values()].map(({ internal }) => internal);
  assertEquals(internals, [endpoint(OTHER_LOCAL, PORT)]);
});

Deno.test("mapper: by PCP a mapping to this host's old address is abandoned, with an event", () => {
  const world = new MapperWorld({ protocols: ["pcp"] }, { protocols: ["pcp"] });
  world.start();
  world.run(1000);
  const asked = world.sent.length;
  world.useRouter({ router: world.router.address, local: OTHER_LOCAL });
  world.run(1000);
  assertEquals(world.types, ["port_mapped", "port_abandoned", "port_mapped"]);
  assertEquals(world.sent.length, asked + 1, "nothing but the new mapping is asked for");
});

Deno.test("mapper: a mapping that a silent router may still have is abandoned, with an event", () => {
  const world = new MapperWorld({ protocols: ["pcp"] });
  world.start();
  world.run(1000);
  world.isCut = true;
  world.useRouter(undefined);
  world.run(5000);
  assertEquals(world.types, ["port_mapped", "port_abandoned"]);
  assertEquals(world.mapper.isBusy, false);
});
