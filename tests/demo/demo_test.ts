import { assert, assertEquals } from "@std/assert";
import { DemoUsageError, NAT_KINDS, type NatName, parseDemoOptions } from "./demo_options.ts";
import { showSimulated } from "./simulated_demo.ts";
import { Stage } from "./stage.ts";

Deno.test("demo: without options it is real, behind port-restricted NATs", () => {
  assertEquals(parseDemoOptions([]), { nat: "port-restricted", isSimulated: false });
});

Deno.test("demo: an option or kind of NAT that it does not know is named", () => {
  for (const args of [["--nta", "cone"], ["--nat", "round"], ["cone"]]) {
    try {
      parseDemoOptions(args);
    } catch (error) {
      assert(error instanceof DemoUsageError);
      assert(args.some((arg) => error.message.includes(arg)), error.message);
      continue;
    }
    throw new Error(`${args.join(" ")} was taken`);
  }
});

for (const nat of Object.keys(NAT_KINDS) as NatName[]) {
  Deno.test(`demo: on the simulated Internet everything works, behind ${nat} NATs`, () => {
    const lines: string[] = [];
    const stage = new Stage((line) => lines.push(line));
    showSimulated(stage, nat, "for a test");
    stage.close();
    assert(stage.hasWorked, lines.join("\n"));
  });
}
