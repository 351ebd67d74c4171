/** The contract of `@std/assert` as far as we use it: true of the package and of its stand-in. */
import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
  unreachable,
} from "@std/assert";

/** What the assertion says when it fails. Written without assertions: they are what is tested. */
function failure(assertion: () => unknown): string {
  try {
    assertion();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error("The assertion holds");
}

async function rejection(assertion: () => Promise<unknown>): Promise<string> {
  const reason = await assertion().then(() => undefined, (error: unknown) => error);
  if (reason instanceof AssertionError) return reason.message;
  throw new Error("The assertion holds");
}

Deno.test("assert: each assertion holds where it should", () => {
  assert(1);
  assertFalse(0);
  assertEquals({ a: [1n, new Uint8Array([1])], b: undefined }, {
    b: undefined,
    a: [1n, new Uint8Array([1])],
  });
  assertEquals(new Map([[1, new Set(["x"])]]), new Map([[1, new Set(["x"])]]));
  assertEquals(new Uint8Array([1, 2, 3]).subarray(1), new Uint8Array([2, 3]));
  assertEquals(NaN, NaN);
  assertNotEquals<unknown>({ a: 1 }, { a: "1" });
  assertNotEquals<unknown>({ a: undefined }, {});
  assertNotEquals(new Uint8Array([1]), new Uint8Array([2]));
  assertStrictEquals("a", "a");
  assertExists(0);
  assertInstanceOf(new TypeError(), Error);
  assertMatch("abc", /b/);
  assertStringIncludes("abc", "b");
  assertArrayIncludes([1, { a: 2 }, 3], [{ a: 2 }, 1]);
  assertAlmostEquals(1, 1 + 1e-9);
  assertAlmostEquals(10, 11, 1);
  assertGreater(2, 1);
  assertGreaterOrEqual(1n, 1n);
  assertLess(1, 2);
  assertLessOrEqual(1, 1);
});

Deno.test("assert: each assertion fails where it should, with the test's words", () => {
  const words = "because";
  const failures = [
    () => assert(false, words),
    () => assertFalse(1, words),
    () => assertEquals({ a: 1 }, { a: 2 }, words),
    () => assertNotEquals([1], [1], words),
    () => assertStrictEquals({}, {}, words),
    () => assertExists(null, words),
    () => assertInstanceOf({}, Error, words),
    () => assertMatch("abc", /x/, words),
    () => assertStringIncludes("abc", "x", words),
    () => assertArrayIncludes([1], [2], words),
    () => assertAlmostEquals(1, 2, 0.5, words),
    () => assertGreater(1, 1, words),
    () => assertGreaterOrEqual(1, 2, words),
    () => assertLess(1, 1, words),
    () => assertLessOrEqual(2, 1, words),
    () => assertThrows(() => {}, words),
    () => assertThrows(() => {}, Error, "", words),
    () => fail(words),
    () => unreachable(words),
  ];
  for (const each of failures) {
    if (!failure(each).includes(words)) throw new Error(`${each} does not say why`);
  }
});

Deno.test("assert: a difference shows both values", () => {
  const message = failure(() => assertEquals({ port: 3544 }, { port: 3545 }));
  assertStringIncludes(message, "3544");
  assertStringIncludes(message, "3545");
});

Deno.test("assertThrows: returns the error, checks its class and its message", () => {
  const throws = () => {
    throw new RangeError("port 65536 is too large");
  };
  const error: RangeError = assertThrows(throws, RangeError, "too large");
  assertEquals(error.message, "port 65536 is too large");
  assertStrictEquals(
    assertThrows(() => {
      throw 7;
    }),
    7,
  );
  assertThrows(throws, Error);
  assertStringIncludes(failure(() => assertThrows(throws, TypeError)), "TypeError");
  assertStringIncludes(failure(() => assertThrows(throws, RangeError, "small")), "small");
});

Deno.test("assertRejects: returns the reason, checks its class and its message", async () => {
  const rejects = () => Promise.reject(new RangeError("too large"));
  const error: RangeError = await assertRejects(rejects, RangeError, "large");
  assertEquals(error.message, "too large");
  assertStringIncludes(await rejection(() => assertRejects(rejects, TypeError)), "TypeError");
  assertStringIncludes(await rejection(() => assertRejects(rejects, Error, "small")), "small");
  assertStringIncludes(
    await rejection(() => assertRejects(() => Promise.resolve(), Error, "", "because")),
    "because",
  );
});

Deno.test("assertRejects: a function that throws does not reject", async () => {
  const throws = (): Promise<void> => {
    throw new Error("at once");
  };
  assertStringIncludes(
    await rejection(() => assertRejects(throws)),
    "throws when expected to reject",
  );
});

Deno.test("assert: assertions narrow types", () => {
  const value = "x" as string | undefined;
  assertExists(value);
  assertEquals(value.length, 1);
  const error: unknown = new TypeError("t");
  assertInstanceOf(error, TypeError);
  assertEquals(error.message, "t");
});
