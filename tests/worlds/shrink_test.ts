import { assertEquals } from "@std/assert";
import { drawWorld } from "./draw_world.ts";
import { shrinkList, shrinkPlan } from "./shrink.ts";

Deno.test("a list shrinks to what is needed", () => {
  const list = Array.from({ length: 50 }, (_, i) => i);
  const needs = (part: readonly number[]) => part.includes(3) && part.includes(41);
  assertEquals(shrinkList(list, needs), [3, 41]);
  assertEquals(shrinkList(list, () => true), []);
  assertEquals(shrinkList(list, (part) => part.length === 50), list);
});

Deno.test("a plan shrinks to the faults, the flows and the clients that make it fail", () => {
  const plan = Array.from({ length: 50 }, (_, i) => drawWorld(`shrink/${i}`))
    .find(({ faults, flows, clients }) =>
      faults.length > 4 && flows.length > 3 && clients.length > 2
    )!;
  const [needed] = plan.faults;
  const shrunk = shrinkPlan(
    plan,
    ({ faults, flows }) => faults.includes(needed!) && flows.length > 0,
  );
  assertEquals([shrunk.faults, shrunk.flows.length], [[needed], 1]);
});
