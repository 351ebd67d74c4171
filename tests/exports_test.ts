/** Whatever a file exports, another one uses. */
import { assertEquals } from "@std/assert";
import { sourcesBelow } from "./import_graph.ts";

const root = new URL("../", import.meta.url);

/** The product. */
const PRODUCT = [
  ...["memory", "wire", "offload", "protocol", "client", "server", "relay", "ffi", "io", "nodes"],
  ...["cli", "cli.ts", "mod.ts", "reason.ts"],
];

/** Files that use the product. */
const USERS = ["tests", "bench", "tools", "packaging"];

/**
 * Files whose exports are for people who use the library, for the runtime, or named like those of a
 * package in whose place they stand; and tests, some of which hold sources as text.
 */
const ENTRIES = /(?:^|\/)mod\.ts$|^cli\.ts$|^tools\/stand_ins\/|_test\.ts$/;

const DECLARATION =
  /^export (?:abstract |async )*(?:const|let|function\*?|class|interface|type|enum) +([\w$]+)/gm;
const NAMED = /(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*"(\.[^"]+)"/g;
const WHOLE = /(?:import|export)\s+(?:type\s+)?\*[^"]*from\s*"(\.[^"]+)"/g;
const DYNAMIC = /\bimport\(\s*"(\.[^"]+)"\s*\)/g;

/** The names that a file takes from another; `undefined` for all of them. */
type Use = readonly [from: string, names: ReadonlySet<string> | undefined];

/** What a source exports by declarations. */
function exportsOf(source: string): string[] {
  return Array.from(source.matchAll(DECLARATION), ([, name]) => name!);
}

/**
 * What a source imports or exports again. Of a dynamic import, that is whatever the source says.
 */
function usesOf(source: string, path: string): Use[] {
  const at = (specifier: string) => new URL(specifier, new URL(path, root)).href;
  const named = Array.from(source.matchAll(NAMED), ([, list, specifier]): Use => [
    at(specifier!),
    new Set(list!.split(",").map((name) => name.trim().replace(/^type /, "").split(" as ")[0]!)),
  ]);
  const words = new Set(source.match(/[\w$]+/g));
  const dynamic = Array.from(source.matchAll(DYNAMIC), ([, from]): Use => [at(from!), words]);
  const whole = Array.from(source.matchAll(WHOLE), ([, from]): Use => [at(from!), undefined]);
  return [...named, ...dynamic, ...whole];
}

Deno.test("exports: every exported name is imported somewhere", async () => {
  const paths = await sourcesBelow([...PRODUCT, ...USERS]);
  const sources = new Map<string, string>();
  for (const path of paths) {
    sources.set(path, await Deno.readTextFile(new URL(path, root)));
  }
  const used = new Set<string>();
  const wholly = new Set<string>();
  for (const [path, source] of sources) {
    for (const [from, names] of usesOf(source, path)) {
      if (names === undefined) wholly.add(from);
      for (const name of names ?? []) used.add(`${from} ${name}`);
    }
  }
  const unused = paths.filter((path) => !ENTRIES.test(path)).flatMap((path) => {
    const { href } = new URL(path, root);
    return exportsOf(sources.get(path)!)
      .filter((name) => !wholly.has(href) && !used.has(`${href} ${name}`))
      .map((name) => `${path} exports ${name}, which nothing imports`);
  });
  assertEquals(unused, [], `\n${unused.join("\n")}\n`);
});

Deno.test("exports: declarations are found, and what takes them from there", () => {
  const source = `export const A = 1;
export async function b() {}
export abstract class C {}
export type { D } from "./d.ts";
import { type E, f as g } from "./e.ts";
export * from "./i.ts";
const { h } = await import("./h.ts");
`;
  assertEquals(exportsOf(source), ["A", "b", "C"]);
  const uses = usesOf(source, "x/y.ts").map(([from, names]) => [from.split("/").at(-1), names]);
  assertEquals(uses.slice(0, 2), [["d.ts", new Set(["D"])], ["e.ts", new Set(["E", "f"])]]);
  assertEquals((uses[2]![1] as Set<string>).has("h"), true);
  assertEquals(uses[3], ["i.ts", undefined]);
});
