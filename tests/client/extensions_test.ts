import { assertEquals } from "@std/assert";
import { EXTENSIONS, extensionsOf } from "../../client/extensions.ts";

Deno.test("extensions: all unless chosen, and each brings those that it builds on", () => {
  assertEquals([...extensionsOf()].sort(), [...EXTENSIONS].sort());
  assertEquals([...extensionsOf([])], []);
  assertEquals([...extensionsOf(["symmetric"])], ["symmetric"]);
  assertEquals([...extensionsOf(["sequential"])], ["sequential", "symmetric", "port-preserving"]);
  assertEquals([...extensionsOf(["hairpinning"])], ["hairpinning", "symmetric"]);
});
