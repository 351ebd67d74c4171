/** Docstrings have the form that docs/conventions.md describes. */
import { assertEquals } from "@std/assert";
import { ROOT } from "./documents.ts";

/** Folders of the sources, and those at the top. */
const SOURCES = [
  ...["bench/", "cli/", "client/", "ffi/", "io/", "memory/", "nodes/", "offload/", "packaging/"],
  ...["protocol/", "relay/", "server/", "tools/", "wire/"],
  ...["cli.ts", "mod.ts", "reason.ts"],
];

/** Perhaps a directive of the linter, the module's docstring with its tag, and an empty line. */
const HEAD =
  /^(?:\/\/ deno-lint-ignore-file .*\n)?\/\*\*\n(?: \*.*\n)* \* @module\n(?: \*.*\n)*? \*\/\n\n/;

/** The first line of a parameter's description. */
const PARAMETER = /@param .*$/gm;

/**
 * A name, and a description that starts in lower case, unless with something like "IPv4", and
 * without a dash. A single sentence has no full stop.
 */
const DESCRIBED = /^@param [\w.]+ (?![A-Z][a-z ]|-)(?!(?:(?!\. ).)*\.(?: \*\/)?$)/;

for await (const path of sources()) {
  const text = await Deno.readTextFile(new URL(path, ROOT));

  Deno.test(`docstrings: ${path} begins with what it is for`, () => {
    assertEquals(HEAD.test(text), true);
  });

  const parameters = text.match(PARAMETER) ?? [];
  if (parameters.length === 0) continue;
  Deno.test(`docstrings: parameters in ${path} are described as the conventions say`, () => {
    assertEquals(parameters.filter((each) => !DESCRIBED.test(each)), []);
  });
}

async function* sources(): AsyncGenerator<string> {
  for (const each of SOURCES) {
    if (each.endsWith("/")) yield* sourcesIn(each);
    else yield each;
  }
}

async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* sourcesIn(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield folder + name;
  }
}
