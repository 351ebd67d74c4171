import { assertEquals } from "@std/assert";
import { limitsKind } from "../../../../cli/args/kinds/limits_kind.ts";

const LIMITS = limitsKind(["bubbles-per-source", "to-client"]);

Deno.test("limits: on, off, or some rates", () => {
  assertEquals(LIMITS.parse("on"), new Map());
  assertEquals(LIMITS.parse("off"), "off");
  assertEquals(
    LIMITS.parse("bubbles-per-source=100, to-client=off"),
    new Map([["bubbles-per-source", 100], ["to-client", undefined]]),
  );
});

Deno.test("limits: a name that is not one is answered with those that are", () => {
  assertEquals(LIMITS.parse("bubbles=100"), undefined);
  assertEquals(
    LIMITS.remedy!("to-client=5,bubbles=100"),
    '"bubbles" is not a limit; these are: bubbles-per-source, to-client',
  );
});

Deno.test("limits: a rate is a whole number that makes sense", () => {
  for (const rate of ["0", "-1", "1.5", "1000001", "many", ""]) {
    assertEquals(LIMITS.parse(`to-client=${rate}`), undefined, rate);
    assertEquals(
      LIMITS.remedy!(`to-client=${rate}`),
      "A rate is a number per second from 1 to 1000000, or off",
    );
  }
});
