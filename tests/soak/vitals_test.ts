import { assert, assertEquals } from "@std/assert";
import { requires } from "../capabilities.ts";
import { vitalsOf, zombiesOf } from "./vitals.ts";

const needs = requires("linux");

Deno.test({
  name: needs.title("vitals: all figures of a process are numbers, and a zombie has none"),
  ignore: needs.ignore,
  fn: async () => {
    const { processor, ...vitals } = vitalsOf(Deno.pid)!;
    assert(Object.values(vitals).every((value) => value > 0), JSON.stringify(vitals));
    assert(processor >= 0, `${processor}`);
    // What the shell turns into never waits for the child that the shell had.
    const parent = new Deno.Command("sh", { args: ["-c", "sleep 0 & exec sleep 60"] }).spawn();
    const end = performance.now() + 10_000;
    let zombies: number[] = [];
    while (zombies.length === 0 && performance.now() < end) zombies = zombiesOf(parent.pid);
    assertEquals(zombies.map(vitalsOf), [undefined]);
    parent.kill("SIGKILL");
    await parent.status;
    assertEquals(vitalsOf(parent.pid), undefined);
  },
});
