import { assertEquals } from "@std/assert";
import { editDistance, suggest } from "../../../cli/args/suggest.ts";

const DISTANCES: readonly [one: string, other: string, distance: number][] = [
  ["", "", 0],
  ["server", "server", 0],
  ["server", "servr", 1],
  ["servr", "server", 1],
  ["server", "sewver", 1],
  ["server", "sevrer", 1],
  ["", "abc", 3],
  ["abc", "", 3],
  ["client", "decode", 6],
];

for (const [one, other, distance] of DISTANCES) {
  Deno.test(`suggest: "${one}" and "${other}" are ${distance} apart`, () => {
    assertEquals(editDistance(one, other), distance);
  });
}

Deno.test("suggest: the nearest candidate, if one is near", () => {
  const names = ["--server", "--server2", "--port", "--json"];
  assertEquals(suggest("--serve", names), "--server");
  assertEquals(suggest("--SERVER", names), "--server");
  assertEquals(suggest("--jsno", names), "--json");
  assertEquals(suggest("--frobnicate", names), undefined);
  assertEquals(suggest("x", []), undefined);
});

Deno.test("suggest: a beginning, if only one candidate has it", () => {
  const names = ["--primary", "--secondary", "--secrets", "status"];
  assertEquals(suggest("--prim", names), "--primary");
  assertEquals(suggest("stat", names), "status");
  assertEquals(suggest("--sec", names), undefined);
  assertEquals(suggest("--pr", names), undefined);
});
