import { assertEquals } from "@std/assert";
import { type Way, waysInTurn } from "../../../client/traversal/ways.ts";
import { at } from "../../vectors/vectors.ts";

/** What turns of ways to `places` take; the usual way is the one to `usual`. */
function turns(count: number, usual: string, ...places: string[]): string[][] {
  const ways = places.map((place): Way => ({ to: at(place), via: "service" }));
  const usualWay = ways[places.indexOf(usual)]!;
  return Array.from({ length: count }, (_, turn) => {
    return waysInTurn(ways, usualWay, turn).map((way) => places[ways.indexOf(way)]!);
  });
}

Deno.test("one way to an address is taken each time", () => {
  assertEquals(turns(2, "192.0.2.1:1", "192.0.2.1:1"), [["192.0.2.1:1"], ["192.0.2.1:1"]]);
});

Deno.test("two ways to an address take turns, the usual one second", () => {
  const [usual, named] = ["192.0.2.1:1", "192.0.2.1:2"] as const;
  const expected = [[named], [usual], [named]];
  assertEquals(turns(3, usual, usual, named), expected);
  assertEquals(turns(3, usual, named, usual), expected);
});

Deno.test("the ways to different addresses are all taken", () => {
  const [usual, named, inside] = ["192.0.2.1:1", "192.0.2.1:2", "10.0.0.1:1"] as const;
  assertEquals(turns(2, usual, usual, named, inside), [[named, inside], [usual, inside]]);
});
