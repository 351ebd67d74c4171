/**
 * The imports between the files of this project, as Deno resolves them, and the circles among them.
 *
 * @module
 */

import { assert } from "@std/assert";
import { pathToFileURL } from "node:url";

const root = new URL("../", import.meta.url);

/** One import of a source file. */
interface Import {
  /** Path from the root of the project. */
  readonly from: string;
  /** As it is written. */
  readonly specifier: string;
  /** Path from the root, if it is a file of the project. */
  readonly to: string | undefined;
  readonly typesOnly: boolean;
}

/** What files of the project import. */
interface ImportGraph {
  /** The files in the graph, as paths from the root. */
  readonly files: ReadonlySet<string>;
  readonly imports: readonly Import[];
}

/** The part of `deno info --json` that matters here. */
interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

/**
 * All TypeScript files below some folders, and some files by their names, as paths from the root.
 */
export async function sourcesBelow(places: Iterable<string>): Promise<string[]> {
  const found: string[] = [];
  for (const place of places) await collect(place, found);
  return found.sort();
}

async function collect(path: string, found: string[]): Promise<void> {
  try {
    if ((await Deno.stat(new URL(path, root))).isFile) {
      found.push(path);
      return;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, root))) {
    if (isDirectory || name.endsWith(".ts")) await collect(`${path}/${name}`, found);
  }
}

/** Reads the imports of files and of all that they import. */
export async function importGraph(paths: readonly string[]): Promise<ImportGraph> {
  const { modules } = await denoInfo(paths);
  const own = modules.filter(({ specifier }) => specifier.startsWith(root.href));
  const imports = own.flatMap(({ specifier: from, dependencies = [] }) =>
    dependencies.map(({ specifier, code, type }) => ({
      from: from.slice(root.href.length),
      specifier,
      to: pathOf(code?.specifier ?? type?.specifier),
      typesOnly: code === undefined,
    }))
  );
  return { files: new Set(own.map(({ specifier }) => specifier.slice(root.href.length))), imports };
}

function pathOf(specifier: string | undefined): string | undefined {
  return specifier?.startsWith(root.href) ? specifier.slice(root.href.length) : undefined;
}

async function denoInfo(paths: readonly string[]): Promise<Info> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lines = paths.map((path) => `import ${JSON.stringify(new URL(path, root).href)};\n`);
    await Deno.writeTextFile(entry, lines.join(""));
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      // Without the configuration, packages do not resolve. Only their names count here, and so
      // nothing is downloaded.
      // A URL, because on Windows `deno info` takes the drive of a path for the scheme of one.
      args: ["info", "--json", "--no-config", pathToFileURL(entry).href],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(entry);
  }
}

/**
 * The circles among files: for each file in one, the shortest through it, as the list of files in
 * the order of their imports.
 */
export function circlesOf(imports: readonly Pick<Import, "from" | "to">[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) {
    if (to !== undefined) targets.set(from, [...targets.get(from) ?? [], to]);
  }
  const circles = new Map<string, string[]>();
  for (const start of [...targets.keys()].sort()) {
    const circle = shortestCircle(start, targets);
    if (circle === undefined) continue;
    const name = [...circle].sort().join();
    if (!circles.has(name)) circles.set(name, circle);
  }
  return [...circles.values()];
}

/** Breadth first from a file back to itself. */
function shortestCircle(
  start: string,
  targets: ReadonlyMap<string, readonly string[]>,
): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const next of targets.get(file) ?? []) {
      if (next === start) return wayTo(file, start, cameFrom);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, file);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [end];
  while (way[0] !== start) way.unshift(cameFrom.get(way[0]!)!);
  return way;
}
