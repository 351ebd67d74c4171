import { assertEquals } from "@std/assert";
import { Attempts } from "../../protocol/answer_deadlines.ts";
import { ATTEMPT_TIMEOUT, BUBBLE_SPACING } from "../../protocol/constants.ts";

const [A, B, C, D] = [1, 2, 3, 4] as const;

Deno.test("a wait ends after its time, not a millisecond sooner", () => {
  const attempts = new Attempts(100);
  assertEquals(attempts.next(), Infinity);
  attempts.await(A, 1000);
  assertEquals(attempts.next(), 1000 + ATTEMPT_TIMEOUT);
  assertEquals(attempts.takeDue(1000 + ATTEMPT_TIMEOUT - 1), []);
  assertEquals(attempts.has(A), true);
  assertEquals(attempts.takeDue(1000 + ATTEMPT_TIMEOUT), [A]);
  assertEquals(attempts.has(A), false);
  assertEquals(attempts.next(), Infinity);
});

Deno.test("those who are due come in the order in which their waits began", () => {
  const attempts = new Attempts(100);
  for (const [i, peer] of [A, B, C, D].entries()) attempts.await(peer, i * 100);
  attempts.end(B);
  assertEquals(attempts.takeDue(200 + ATTEMPT_TIMEOUT), [A, C]);
  assertEquals(attempts.next(), 300 + ATTEMPT_TIMEOUT);
});

Deno.test("who is waited for anew waits the whole time again, behind the others", () => {
  const attempts = new Attempts(100);
  attempts.await(A, 0);
  attempts.await(B, 500);
  attempts.await(A, 1000);
  assertEquals(attempts.next(), 500 + ATTEMPT_TIMEOUT);
  assertEquals(attempts.takeDue(10_000), [B, A]);
});

Deno.test("who is not waited for any more is not due, and does not hold up the others", () => {
  const attempts = new Attempts(100);
  attempts.await(A, 0);
  attempts.await(B, 500);
  attempts.end(A);
  assertEquals(attempts.next(), 500 + ATTEMPT_TIMEOUT);
  attempts.end(B);
  assertEquals(attempts.next(), Infinity);
  assertEquals(attempts.takeDue(Infinity), []);
});

Deno.test("a wait outlasts the spacing of bubbles, so that the repeat may be sent at once", () => {
  assertEquals(ATTEMPT_TIMEOUT > BUBBLE_SPACING, true);
});

Deno.test("a flood of waits that are called off changes neither who is due nor the order", () => {
  const attempts = new Attempts(100);
  attempts.await(A, 0);
  for (let i = 0; i < 10_000; i++) {
    attempts.await(10 + i % 10, 1);
    if (i < 9_990 || i % 2 === 0) attempts.end(10 + i % 10);
  }
  attempts.await(B, 2);
  assertEquals(attempts.next(), ATTEMPT_TIMEOUT);
  assertEquals(attempts.takeDue(2 + ATTEMPT_TIMEOUT), [A, 11, 13, 15, 17, 19, B]);
});
