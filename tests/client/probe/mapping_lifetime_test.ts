import { assertEquals } from "@std/assert";
import { silencesUpTo } from "../../../client/probe/mapping_lifetime.ts";
import { NAT } from "../../sim/nat_behaviour.ts";
import { World } from "../../sim/world.ts";
import { ProbeNode } from "./probe_node.ts";

/** How long mappings last, and what is found out with silences up to two minutes. Seconds. */
const LIFETIMES = [
  [8, 5, 10],
  [33, 30, 45],
  [61, 60, 90],
  [300, 120, undefined],
  [4, undefined, 5],
] as const;

for (const kind of ["cone", "portRestricted", "symmetric"] as const) {
  for (const [lifetime, held, lost] of LIFETIMES) {
    Deno.test(`lifetime: ${kind}, mappings of ${lifetime} s`, () => {
      const world = new World();
      const server = world.server();
      const nat = world.nat("nat", { ...NAT[kind], lifetime: 1000 * lifetime });
      const node = new ProbeNode(world, nat);
      const begun = world.clock.now;
      const findings = node.lifetime(server.addresses, silencesUpTo(120_000));
      assertEquals([findings.held, findings.lost], [held && 1000 * held, lost && 1000 * lost]);
      const took = world.clock.now - begun;
      assertEquals(took < 1000 * (lost ?? 120) + 10_000, true, `${took} ms`);
    });
  }
}

Deno.test("lifetime: a silent server leads to no finding", () => {
  const world = new World();
  const server = world.server();
  server.die();
  const findings = new ProbeNode(world, undefined).lifetime(server.addresses, [5000, 10_000]);
  assertEquals([findings.held, findings.lost], [undefined, undefined]);
});

Deno.test("lifetime: the longest silence asked for comes last", () => {
  assertEquals(silencesUpTo(25_000), [5000, 10_000, 15_000, 20_000, 25_000]);
  assertEquals(silencesUpTo(5000), [5000]);
});
