import { assertEquals } from "@std/assert";
import { anyOf } from "../../../../cli/args/kinds/value_kind.ts";

const KIND = anyOf(["red", "green", "blue"]);

Deno.test("some of a few words, all or none of them", () => {
  assertEquals(KIND.parse("all"), ["red", "green", "blue"]);
  assertEquals(KIND.parse("none"), []);
  assertEquals(KIND.parse("blue, red"), ["blue", "red"]);
  for (const wrong of ["", "yellow", "red,yellow", "red,", "all,red", "RED"]) {
    assertEquals(KIND.parse(wrong), undefined, wrong);
  }
});
