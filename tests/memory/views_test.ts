import { assertEquals, assertStrictEquals } from "@std/assert";
import { Views } from "../../memory/views.ts";

Deno.test("views: the same cut is the same view, another cut is another", () => {
  const views = new Views(Uint8Array.of(9, 9, 1, 2, 3, 4).subarray(2));
  const view = views.at(0, 1, 3);
  assertEquals([...view], [2, 3]);
  assertStrictEquals(views.at(0, 1, 3), view);
  assertEquals([...views.at(0, 1, 4)], [2, 3, 4]);
  assertEquals([...views.at(0, 0, 3)], [1, 2, 3]);
  assertEquals([...views.at(1, 0, 4)], [1, 2, 3, 4]);
});
