import { assertEquals } from "@std/assert";
import { requires } from "../capabilities.ts";
import { repositoryPath } from "./deno_run.ts";
import { prepareTeredo } from "./teredo.ts";
import { stepsOf } from "./trace_packets.ts";
import { recordTraces, TRACE_NEEDS } from "./traces.ts";

const needs = requires(...TRACE_NEEDS);

Deno.test({
  name: needs.title("traces: what docs/traces shows is what passes in the lab"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    for (const { name, text } of await recordTraces()) {
      await t.step(name, async () => {
        const stored = await Deno.readTextFile(repositoryPath(`docs/traces/${name}.txt`));
        // Each step once: a machine under load may make a bubble be sent twice.
        assertEquals(new Set(stepsOf(text)), new Set(stepsOf(stored)), text);
      });
    }
  },
});
