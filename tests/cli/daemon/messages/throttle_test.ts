import { assertEquals } from "@std/assert";
import { Throttle } from "../../../../cli/daemon/messages/throttle.ts";

Deno.test("throttle: the first messages of a kind come through, then two a second", () => {
  const throttle = new Throttle();
  const message = { level: "debug", text: "Nobody is there" } as const;
  let through = 0;
  for (let i = 0; i < 10_000; i++) if (throttle.take("a", message, i / 10)) through++;
  assertEquals(through, 51);
  assertEquals(throttle.take("a", message, 10_000)?.text, "Nobody is there (4999 more like this)");
  assertEquals(throttle.take("a", message, 10_000)?.text, "Nobody is there");
});

Deno.test("throttle: one kind leaves the others alone", () => {
  const throttle = new Throttle();
  const message = { level: "info", text: "x" } as const;
  for (let i = 0; i < 1_000; i++) throttle.take("a", message, 0);
  assertEquals(throttle.take("b", message, 0), message);
});
