import { assertEquals } from "@std/assert";
import { AnswerDeadlines } from "../../../protocol/peers/answer_deadlines.ts";
import { ATTEMPT_TIMEOUT, BUBBLE_SPACING } from "../../../protocol/constants.ts";

const [A, B, C, D] = [1, 2, 3, 4] as const;

Deno.test("a wait ends after its time, not a millisecond sooner", () => {
  const deadlines = new AnswerDeadlines(100);
  assertEquals(deadlines.next(), Infinity);
  deadlines.await(A, 1000);
  assertEquals(deadlines.next(), 1000 + ATTEMPT_TIMEOUT);
  assertEquals(deadlines.takeDue(1000 + ATTEMPT_TIMEOUT - 1), []);
  assertEquals(deadlines.has(A), true);
  assertEquals(deadlines.takeDue(1000 + ATTEMPT_TIMEOUT), [A]);
  assertEquals(deadlines.has(A), false);
  assertEquals(deadlines.next(), Infinity);
});

Deno.test("due peers come in the order in which their waits began", () => {
  const deadlines = new AnswerDeadlines(100);
  for (const [i, peer] of [A, B, C, D].entries()) deadlines.await(peer, i * 100);
  deadlines.end(B);
  assertEquals(deadlines.takeDue(200 + ATTEMPT_TIMEOUT), [A, C]);
  assertEquals(deadlines.next(), 300 + ATTEMPT_TIMEOUT);
});

Deno.test("waiting for a peer again restarts its wait, behind the others", () => {
  const deadlines = new AnswerDeadlines(100);
  deadlines.await(A, 0);
  deadlines.await(B, 500);
  deadlines.await(A, 1000);
  assertEquals(deadlines.next(), 500 + ATTEMPT_TIMEOUT);
  assertEquals(deadlines.takeDue(10_000), [B, A]);
});

Deno.test("a peer whose wait was called off is not due, and does not hold up the others", () => {
  const deadlines = new AnswerDeadlines(100);
  deadlines.await(A, 0);
  deadlines.await(B, 500);
  deadlines.end(A);
  assertEquals(deadlines.next(), 500 + ATTEMPT_TIMEOUT);
  deadlines.end(B);
  assertEquals(deadlines.next(), Infinity);
  assertEquals(deadlines.takeDue(Infinity), []);
});

Deno.test("a wait outlasts the spacing of bubbles, so that the repeat can go out at once", () => {
  assertEquals(ATTEMPT_TIMEOUT > BUBBLE_SPACING, true);
});

Deno.test("a flood of cancelled waits changes neither the due peers nor their order", () => {
  const deadlines = new AnswerDeadlines(100);
  deadlines.await(A, 0);
  for (let i = 0; i < 10_000; i++) {
    deadlines.await(10 + i % 10, 1);
    if (i < 9_990 || i % 2 === 0) deadlines.end(10 + i % 10);
  }
  deadlines.await(B, 2);
  assertEquals(deadlines.next(), ATTEMPT_TIMEOUT);
  assertEquals(deadlines.takeDue(2 + ATTEMPT_TIMEOUT), [A, 11, 13, 15, 17, 19, B]);
});
