import { assertEquals, assertRejects } from "@std/assert";
import {
  collectTests,
  LoadError,
  namedTest,
  recorder,
  type TestRecorder,
} from "./collect_tests.ts";

/** What is recorded of the tests that `define` defines. */
function recorded(define: (test: TestRecorder) => void): [string, boolean][] {
  const seen: [string, boolean][] = [];
  define(recorder((name, ignored) => seen.push([name, ignored])));
  return seen;
}

const fn = () => {};

Deno.test("conformance: tests are found in whatever way they are defined", () => {
  const seen = recorded((test) => {
    test("a", fn);
    test(function b() {});
    test({ name: "c", fn });
    test("d", { permissions: "none" }, fn);
    test({ permissions: "none" }, function e() {});
    test({ name: "f" }, fn);
    test.only("g", fn);
    test.beforeAll(fn);
    test.afterEach(fn);
  });
  assertEquals(seen, ["a", "b", "c", "d", "e", "f", "g"].map((name) => [name, false]));
});

Deno.test("conformance: ignored tests are told apart", () => {
  const seen = recorded((test) => {
    test.ignore("a", fn);
    test({ name: "b", ignore: true, fn });
    test("c", { ignore: true }, fn);
    test({ name: "d", ignore: false, fn });
  });
  assertEquals(seen, [["a", true], ["b", true], ["c", true], ["d", false]]);
});

Deno.test("conformance: what this machine lacks makes no difference", () => {
  const lacking = "C-01: a (ignored: needs root; needs the command ip)";
  const expected = { file: "f", name: "C-01: a", ignored: false };
  assertEquals(namedTest("f", lacking, true), expected);
  assertEquals(namedTest("f", "C-01: a", false), expected);
  assertEquals(namedTest("f", "C-01: a", true).ignored, true);
});

/** The project that has `files` below its folder of tests, while `use` runs. */
async function withTests(
  files: Record<string, string>,
  use: (root: URL) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const root = new URL(`file://${folder}/`);
  try {
    for (const [name, source] of Object.entries(files)) {
      const file = new URL(`tests/${name}`, root);
      await Deno.mkdir(new URL("./", file), { recursive: true });
      await Deno.writeTextFile(file, source);
    }
    await use(root);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("conformance: names out of tables are found, those in comments are not", async () => {
  const files = {
    "b/table_test.ts": "for (const i of [1, 2]) Deno.test(`C-0${i}: a`, () => {});",
    "a_test.ts": '// Deno.test("C-03: b", () => {});\nDeno.test("C-04: c", () => {});',
    "fixture.ts": 'Deno.test("C-05: d", () => {});',
  };
  const original = Deno.test;
  await withTests(files, async (root) => {
    assertEquals((await collectTests(root)).map(({ file, name }) => [file, name]), [
      ["tests/a_test.ts", "C-04: c"],
      ["tests/b/table_test.ts", "C-01: a"],
      ["tests/b/table_test.ts", "C-02: a"],
    ]);
  });
  assertEquals(Deno.test, original);
});

Deno.test("conformance: a test file that cannot be loaded is an error", async () => {
  await withTests({ "a_test.ts": 'throw new Error("oh")' }, async (root) => {
    await assertRejects(() => collectTests(root), LoadError, "Cannot load tests/a_test.ts: oh");
  });
});
