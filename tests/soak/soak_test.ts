/** The soak of docs/reliability.md, in seconds: everything happens, and nothing is wrong or left. */
import { assert, assertEquals } from "@std/assert";
import { requires } from "../capabilities.ts";
import { drawSoak } from "./plot.ts";
import { withSection } from "./section.ts";
import { soak, SOAK_NEEDS } from "./soak.ts";
import { judge } from "./verdict.ts";

const needs = requires(...SOAK_NEEDS);

Deno.test({
  name: needs.title("soak: for some seconds all roles live through everything, and leave nothing"),
  ignore: needs.ignore,
  fn: async () => {
    const record = await soak({ duration: 3, warmUp: 1, interval: 1, rest: 1, crowd: 40 });
    // Of memory and descriptors a few seconds say nothing.
    for (const { what, isGood, details } of judge(record)) {
      if (what !== "memory" && what !== "descriptors") assert(isGood, details.join("\n"));
    }
    assert(record.counts["short-lived peers answered"]! > 0, JSON.stringify(record.counts));
    assertEquals(Object.keys(record.samples[0]!.roles).length, 7);
    assert(drawSoak(record).includes("client A"));
    assert(withSection("# A\n\n## Soak\n\nold\n\n## B\n", record).endsWith("\n\n## B\n"));
  },
});
