import { assertEquals, assertMatch } from "@std/assert";
import { originalError, reasonOf, traceOf } from "../reason.ts";

/** What leaves a block whose own closing fails, once or twice. */
function failingBlock(original: unknown, ...closing: unknown[]): unknown {
  try {
    using stack = new DisposableStack();
    for (const failure of closing) {
      stack.defer(() => {
        throw failure;
      });
    }
    throw original;
  } catch (error) {
    return error;
  }
}

Deno.test("reason: an error says its message, and anything else that was thrown its text", () => {
  assertEquals(reasonOf(new RangeError("too far")), "too far");
  assertEquals(reasonOf("a string"), "a string");
  assertEquals(reasonOf(undefined), "undefined");
});

Deno.test("reason: where closing failed too, the error that came first is the one that counts", () => {
  const original = new Error("the interface is gone");
  const error = failingBlock(original, new Error("first close"), new Error("second close"));
  assertEquals(error instanceof SuppressedError, true);
  assertEquals(originalError(error), original);
  assertEquals(reasonOf(error), "the interface is gone");
});

Deno.test("reason: a trace shows every cause, and what closing added", () => {
  const original = new Error("outer", { cause: new TypeError("inner") });
  assertMatch(
    traceOf(failingBlock(original, new Error("close"))),
    /^Error: outer\n +at [^]*\nCaused by: TypeError: inner\n +at [^]*\nClosing failed too: Error: close\n +at /,
  );
  assertEquals(traceOf("a string"), "a string");
});
