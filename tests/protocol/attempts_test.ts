import { assertEquals } from "@std/assert";
import { Attempts } from "../../protocol/attempts.ts";
import { ATTEMPT_TIMEOUT, BUBBLE_SPACING } from "../../protocol/constants.ts";

Deno.test("a wait ends after its time, not a millisecond sooner", () => {
  const attempts = new Attempts<string>();
  assertEquals(attempts.next(), Infinity);
  attempts.await("a", 1000);
  assertEquals(attempts.next(), 1000 + ATTEMPT_TIMEOUT);
  assertEquals(attempts.takeDue(1000 + ATTEMPT_TIMEOUT - 1), []);
  assertEquals(attempts.has("a"), true);
  assertEquals(attempts.takeDue(1000 + ATTEMPT_TIMEOUT), ["a"]);
  assertEquals(attempts.has("a"), false);
  assertEquals(attempts.next(), Infinity);
});

Deno.test("those who are due come in the order in which their waits began", () => {
  const attempts = new Attempts<string>();
  for (const [i, peer] of ["a", "b", "c", "d"].entries()) attempts.await(peer, i * 100);
  attempts.end("b");
  assertEquals(attempts.takeDue(200 + ATTEMPT_TIMEOUT), ["a", "c"]);
  assertEquals(attempts.next(), 300 + ATTEMPT_TIMEOUT);
});

Deno.test("who is waited for anew waits the whole time again, behind the others", () => {
  const attempts = new Attempts<string>();
  attempts.await("a", 0);
  attempts.await("b", 500);
  attempts.await("a", 1000);
  assertEquals(attempts.next(), 500 + ATTEMPT_TIMEOUT);
  assertEquals(attempts.takeDue(10_000), ["b", "a"]);
});

Deno.test("who is not waited for any more is not due, and does not hold up the others", () => {
  const attempts = new Attempts<string>();
  attempts.await("a", 0);
  attempts.await("b", 500);
  attempts.end("a");
  assertEquals(attempts.next(), 500 + ATTEMPT_TIMEOUT);
  attempts.end("b");
  assertEquals(attempts.next(), Infinity);
  assertEquals(attempts.takeDue(Infinity), []);
});

Deno.test("a wait outlasts the spacing of bubbles, so that the repeat may be sent at once", () => {
  assertEquals(ATTEMPT_TIMEOUT > BUBBLE_SPACING, true);
});

Deno.test("a flood of waits that are called off changes neither who is due nor the order", () => {
  const attempts = new Attempts<string>();
  attempts.await("first", 0);
  for (let i = 0; i < 10_000; i++) {
    attempts.await(`${i}`, 1);
    if (i % 1000 !== 0) attempts.end(`${i}`);
  }
  attempts.await("last", 2);
  const thousands = Array.from({ length: 10 }, (_, i) => `${1000 * i}`);
  assertEquals(attempts.next(), ATTEMPT_TIMEOUT);
  assertEquals(attempts.takeDue(2 + ATTEMPT_TIMEOUT), ["first", ...thousands, "last"]);
});
