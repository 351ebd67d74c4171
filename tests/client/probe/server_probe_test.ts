import { assert, assertEquals } from "@std/assert";
import { nameNat, type NatName, qualifies } from "../../../client/probe/findings.ts";
import { SecretTable } from "../../../server/secret_store.ts";
import { ipv4Address } from "../../../wire/ipv4_address.ts";
import { NAT, type NatBehaviour, type NatKind } from "../../sim/nat_behaviour.ts";
import { World } from "../../sim/world.ts";
import { ProbeNode } from "./probe_node.ts";

/** What each kind of NAT is called, and what is known of it. */
const KINDS: Partial<Record<NatKind, readonly [name: NatName, filtering: string]>> = {
  cone: ["full_cone", "endpoint_independent"],
  addressRestricted: ["address_restricted", "address_dependent"],
  portRestricted: ["port_restricted", "address_and_port_dependent"],
  symmetric: ["symmetric", "mapping_dependent"],
  symmetricPreserving: ["symmetric", "mapping_dependent"],
  symmetricSequential: ["symmetric", "mapping_dependent"],
  addressSymmetric: ["symmetric", "mapping_dependent"],
};

function probe(behaviour: NatBehaviour | undefined, loss = 0, seed = 1) {
  const world = new World(seed);
  const server = world.server();
  const nat = behaviour && world.nat("nat", behaviour);
  const findings = new ProbeNode(world, nat, { loss }).probe(server.addresses);
  return { findings, name: nameNat(findings, () => false), world };
}

for (const [kind, [name, filtering]] of Object.entries(KINDS)) {
  Deno.test(`probe: a NAT of kind ${kind} is called ${name}, its filtering ${filtering}`, () => {
    const { findings, name: found } = probe(NAT[kind as NatKind]);
    assertEquals(found, name);
    assertEquals(Object.values(findings.filtering), [filtering]);
    assertEquals(qualifies(findings), true);
    assertEquals([findings.primary.roundTrips.length, findings.secondary.roundTrips.length], [
      3,
      1,
    ]);
    assert(findings.took < 3000, `${findings.took} ms`);
  });

  Deno.test(`probe: ${kind} is recognised although each tenth packet is lost`, () => {
    // Each question is repeated, so that hardly one in a hundred goes wrong.
    const names = Array.from({ length: 10 }, (_, seed) => probe(NAT[kind as NatKind], 0.1, seed));
    assert(names.filter((each) => each.name === name).length >= 9);
  });
}

for (const hairpinning of [true, false]) {
  for (const kind of ["cone", "addressRestricted", "portRestricted"] as const) {
    Deno.test(`probe: ${kind} ${hairpinning ? "with" : "without"} hairpinning`, () => {
      const { findings } = probe({ ...NAT[kind], hairpinning });
      assertEquals(findings.hairpinning, { value: hairpinning });
    });
  }
}

Deno.test("probe: without a NAT it finds none, and waits for nothing", () => {
  const world = new World();
  const server = world.server();
  const findings = new ProbeNode(world, undefined).probe(server.addresses);
  assertEquals(nameNat(findings, () => true), "none");
  assertEquals(findings.filtering, { value: "endpoint_independent" });
  assertEquals(findings.hairpinning, { unknown: "no_nat" });
  assert(findings.took < 500, `${findings.took} ms`);
});

Deno.test("probe: with a silent server it ends within its timeout", () => {
  const world = new World();
  const server = world.server();
  server.die();
  const findings = new ProbeNode(world, world.nat("nat", NAT.cone)).probe(server.addresses);
  assertEquals(findings.took, 3000);
  assertEquals(findings.primary.roundTrips, []);
  assertEquals(findings.mapping, { unknown: "server_silent" });
  assertEquals(qualifies(findings), false);
  assertEquals(nameNat(findings, () => false), "unknown");
});

Deno.test("probe: a server whose secondary address is silent qualifies clients, and says nothing of the NAT", () => {
  const world = new World();
  const { addresses } = world.server();
  const secondary = ipv4Address(addresses.secondary + 100);
  const node = new ProbeNode(world, world.nat("nat", NAT.cone));
  const findings = node.probe({ ...addresses, secondary });
  assertEquals([findings.primary, findings.secondary].map((it) => it.roundTrips.length), [3, 0]);
  assertEquals(qualifies(findings), true);
  assertEquals(nameNat(findings, () => false), "unknown");
});

Deno.test("probe: a server asked at its secondary address is recognised by its prefix", () => {
  const world = new World();
  const { primary, secondary } = world.server().addresses;
  const findings = new ProbeNode(world, undefined).probe({
    primary: secondary,
    secondary: primary,
  });
  assertEquals(findings.primary.refusal, "prefix_invalid");
  assertEquals(qualifies(findings), false);
});

Deno.test("probe: a server that requires a secret answers only a probe with the right one", () => {
  const octets = (text: string) => new TextEncoder().encode(text);
  const identifier = octets("alice");
  const secrets = new SecretTable([[identifier, { secret: octets("one"), retired: false }]]);
  const ask = (secret: string | undefined) => {
    const world = new World();
    const server = world.server("server", { config: { secrets } });
    const node = new ProbeNode(world, world.nat("nat", NAT.portRestricted));
    const credentials = secret === undefined ? undefined : { identifier, secret: octets(secret) };
    const findings = node.probe(server.addresses, credentials);
    return [qualifies(findings), nameNat(findings, () => false)];
  };
  assertEquals(ask("one"), [true, "port_restricted"]);
  assertEquals(ask("two"), [false, "unknown"]);
  assertEquals(ask(undefined), [false, "unknown"]);
});
