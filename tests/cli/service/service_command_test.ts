import { assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../recording.ts";

for (
  const [line, said] of [
    ["service", '"teredo service" needs one of install, remove, client'],
    ["service install", "needs install or remove, and then one of client, relay, server"],
    ["service client install", "needs install or remove, and then one of"],
    ["service install client relay", "needs install or remove, and then one of"],
    ["service install clinet", "clinet"],
  ] as const
) {
  Deno.test(`service: "teredo ${line}" says what it needs`, async () => {
    const { code, stderr } = await run(...line.split(" "));
    assertEquals(code, 2);
    assertStringIncludes(stderr.replaceAll(/\s+/g, " "), said);
  });
}
