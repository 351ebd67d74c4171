import { assertEquals, assertStrictEquals } from "@std/assert";
import { placeOf, Views } from "../../memory/views.ts";

Deno.test("views: the same cut is the same view, another cut is another", () => {
  const views = new Views(Uint8Array.of(9, 9, 1, 2, 3, 4).subarray(2));
  const view = views.at(0, 1, 3);
  assertEquals([...view], [2, 3]);
  assertStrictEquals(views.at(0, 1, 3), view);
  assertEquals([...views.at(0, 1, 4)], [2, 3, 4]);
  assertEquals([...views.at(0, 0, 3)], [1, 2, 3]);
  assertEquals([...views.at(1, 0, 4)], [1, 2, 3, 4]);
});

Deno.test("views: packets of usual lengths have different places", () => {
  for (const count of [8, 64]) {
    const places = [64, 200, 512, 1280].map((length) => placeOf(length, count));
    assertEquals(new Set(places).size, 4);
    assertEquals(places.every((it) => it >= 0 && it < count), true);
  }
});
