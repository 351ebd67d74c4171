/**
 * Finding out which tests there are, by asking the test files themselves.
 *
 * Each is loaded with a `Deno.test` that records what is registered and runs nothing. It finds
 * names that a loop makes from a table like any other, and ignores a name in a comment. Whether the
 * tests pass is up to `deno task test`.
 *
 * @module
 */

import type { NamedTest } from "./item.ts";

/**
 * What `requires()` of `tests/capabilities.ts` puts behind a name where the machine lacks
 * something.
 */
const LACKING = / \(ignored: .*\)$/;

/** A test file cannot be loaded, so nobody knows what it tests. */
export class LoadError extends Error {
  override readonly name = "LoadError";
}

/** The tests of all `*_test.ts` below the folder `tests` of the project at `root`. */
export async function collectTests(root: URL): Promise<NamedTest[]> {
  const tests: NamedTest[] = [];
  const files = await testFiles(new URL("tests/", root), "tests/");
  const original = Deno.test;
  try {
    for (const file of files) {
      replaceTest(recorder((name, ignored) => tests.push(namedTest(file, name, ignored))));
      await load(file, root);
    }
  } finally {
    replaceTest(original);
  }
  return tests;
}

/** Runs the top level of a test file. Without it the list of tests would have gaps. */
async function load(file: string, root: URL): Promise<void> {
  try {
    await import(new URL(file, root).href);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new LoadError(`Cannot load ${file}: ${message}`, { cause: error });
  }
}

/** What counts of a registration, the same on every machine. */
export function namedTest(file: string, name: string, ignored: boolean): NamedTest {
  // A machine without network namespaces ignores a test that others run: it counts.
  const isLacking = LACKING.test(name);
  return { file, name: name.replace(LACKING, ""), ignored: ignored && !isLacking };
}

async function testFiles(folder: URL, path: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      files.push(...await testFiles(new URL(`${name}/`, folder), `${path}${name}/`));
    } else if (name.endsWith("_test.ts")) files.push(path + name);
  }
  return files.sort();
}

/** The types rightly forbid this to a process that runs tests; this one runs none. */
function replaceTest(test: typeof Deno.test | TestRecorder): void {
  Object.assign(Deno, { test });
}

type Register = (name: string, ignored: boolean) => void;

/** The forms of `Deno.test` that the oldest Deno we run on has; newer ones have more. */
type Form = "ignore" | "only" | "beforeAll" | "beforeEach" | "afterEach" | "afterAll";

/** What takes the place of `Deno.test`. */
export type TestRecorder =
  & ((...args: unknown[]) => void)
  & Readonly<Record<Form, (...args: unknown[]) => void>>;

/** A stand-in for `Deno.test` that knows all the forms of its call. */
export function recorder(register: Register): TestRecorder {
  const record = (isIgnored: boolean) => (...args: unknown[]) => {
    let [name, ignored] = ["", isIgnored];
    for (const arg of args) {
      if (typeof arg === "string") name = arg;
      else if (typeof arg === "function") name ||= arg.name;
      else if (typeof arg === "object" && arg !== null) {
        const definition = arg as Partial<Deno.TestDefinition>;
        name ||= definition.name ?? definition.fn?.name ?? "";
        ignored ||= definition.ignore ?? false;
      }
    }
    register(name, ignored);
  };
  const nothing = () => {};
  return Object.assign(record(false), {
    ignore: record(true),
    only: record(false),
    beforeAll: nothing,
    beforeEach: nothing,
    afterEach: nothing,
    afterAll: nothing,
  });
}
