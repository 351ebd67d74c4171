/** Holds the sources to the layers of docs/conventions.md. */
import { assert, assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);

/** What each layer may import besides itself. Each says all it means, so that a change shows. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "reason.ts": [],
  "memory": [],
  "wire": ["memory"],
  "offload": ["wire", "memory"],
  "protocol": ["wire", "memory"],
  "client": ["protocol", "wire", "memory"],
  "server": ["protocol", "wire", "memory"],
  "relay": ["protocol", "wire", "memory"],
  "ffi": ["reason.ts", "protocol", "wire", "memory"],
  "io": ["reason.ts", "client", "server", "relay", "protocol", "offload", "wire", "memory"],
  "nodes": ["reason.ts", "io", "ffi", "client", "server", "relay", "protocol", "wire", "memory"],
  "cli": [
    ...["nodes", "io", "ffi", "client", "server", "relay", "protocol", "wire", "memory"],
    ...["reason.ts", "deno.json"],
  ],
  "cli.ts": ["cli"],
  "mod.ts": ["nodes", "io", "ffi", "client", "server", "relay", "protocol", "wire"],
};

/** What each layer may import with `import type`, beyond the above. */
const MAY_IMPORT_TYPES: Readonly<Record<string, readonly string[]>> = {
  "io": ["ffi"],
};

const PURE = ["memory", "wire", "offload", "protocol", "client", "server", "relay"];
const PEOPLE = ["cli", "cli.ts"];

/** A word that only some layers may say. */
interface Reserved {
  readonly word: RegExp;
  readonly allowed: (layer: string) => boolean;
  readonly reason: string;
}

const RESERVED: readonly Reserved[] = [
  {
    word: /\bAbortSignal\s*\.\s*any\(/,
    allowed: () => false,
    reason: "Deno 2.7 lets its signals be collected although someone listens: SIGTERM is then lost",
  },
  {
    word: /\bDeno\b/,
    allowed: (layer) => !PURE.includes(layer),
    reason: "the protocol is pure, so that a simulated internet can run it; io/ touches the world",
  },
  {
    word: /\bDate\.now\b|\bnew Date\b|\bperformance\b|\bset(?:Timeout|Interval)\b/,
    allowed: (layer) => !PURE.includes(layer),
    reason: "time is a parameter of the pure layers (`now`), so that tests run on a virtual clock",
  },
  {
    word: /\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b/,
    allowed: (layer) => !PURE.includes(layer),
    reason: "randomness is handed to the pure layers, so that a seed replays a whole run",
  },
  {
    word: /\bDeno\s*\.\s*(?:dlopen|Unsafe\w+)/,
    allowed: (layer) => layer === "ffi",
    reason: "only ffi/ calls foreign functions, so that unsafe code is all in one place",
  },
  {
    word: /\bconsole\b|\bDeno\s*\.\s*(?:exit|env)\b/,
    allowed: (layer) => PEOPLE.includes(layer),
    reason: "only cli/ prints, exits and reads the environment; a library leaves these to its user",
  },
];

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

/** The layer of a path from the root: its folder, or its name at the top. */
function layerOf(path: string): string {
  return path.split("/", 1)[0]!;
}

/** All sources: what stands at the top, and all below the folders of the layers. */
async function sources(): Promise<string[]> {
  const found: string[] = [];
  for (const layer of Object.keys(MAY_IMPORT)) await collect(layer, found);
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

/** The graph of the sources, as Deno resolves it. */
async function graph(paths: readonly string[]): Promise<Info> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lines = paths.map((path) => `import ${JSON.stringify(new URL(path, root).href)};\n`);
    await Deno.writeTextFile(entry, lines.join(""));
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      // Without the configuration, packages do not resolve. Their names are all that counts here, and so
      // nothing is downloaded.
      args: ["info", "--json", "--no-config", entry],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(entry);
  }
}

function importsOf(info: Info): Import[] {
  return info.modules
    .filter(({ specifier }) => specifier.startsWith(root.href))
    .flatMap(({ specifier: from, dependencies = [] }) =>
      dependencies.map(({ specifier, code, type }) => {
        const target = code?.specifier ?? type?.specifier;
        return {
          from: from.slice(root.href.length),
          specifier,
          to: target?.startsWith(root.href) ? target.slice(root.href.length) : undefined,
          typesOnly: code === undefined,
        };
      })
    );
}

/** The source without its comments and plain strings, which may say any word. */
function spoken(source: string): string {
  const silent =
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(`(?:\\.|[^`\\])*`)|\/\*[^]*?\*\/|\/\/[^\n]*/g;
  return source.replace(silent, (_, template: string | undefined) => template ?? "");
}

const paths = await sources();
const info = await graph(paths);
const all = importsOf(info);

/** Fails with all violations, one a line. */
function assertNone(violations: readonly string[]): void {
  assertEquals(violations, [], `\n${violations.join("\n")}\n`);
}

Deno.test("layers: every source file is in the graph", () => {
  const seen = new Set(info.modules.map(({ specifier }) => specifier));
  assertNone(paths.filter((path) => !seen.has(new URL(path, root).href)));
});

Deno.test("layers: imports go strictly down, the roles never import one another", () => {
  assertNone(
    all.filter(({ from, to, typesOnly }) => {
      if (to === undefined) return false;
      const [layer, target] = [layerOf(from), layerOf(to)];
      if (layer === target || !(layer in MAY_IMPORT)) return false;
      const types = typesOnly ? MAY_IMPORT_TYPES[layer] ?? [] : [];
      return ![...MAY_IMPORT[layer]!, ...types].includes(target);
    }).map(({ from, specifier }) =>
      `${from} imports ${specifier}: ${layerOf(from)} may import ${permitted(layerOf(from))}`
    ),
  );
});

function permitted(layer: string): string {
  const types = (MAY_IMPORT_TYPES[layer] ?? []).map((each) => `types of ${each}`);
  return [...MAY_IMPORT[layer]!, ...types].join(", ") || "nothing but itself";
}

Deno.test("layers: only cli/ imports @std", () => {
  assertNone(
    all.filter(({ from, specifier }) =>
      specifier.startsWith("@std/") && !PEOPLE.includes(layerOf(from))
    ).map(({ from, specifier }) =>
      `${from} imports ${specifier}: the library and the protocol depend on nothing`
    ),
  );
});

Deno.test("layers: the pure layers import nothing from outside, but for HMAC", () => {
  assertNone(
    all.filter(({ from, to, specifier }) =>
      PURE.includes(layerOf(from)) && to === undefined &&
      !(from === "wire/authentication.ts" && specifier === "node:crypto")
    ).map(({ from, specifier }) =>
      `${from} imports ${specifier}: the protocol is pure; node:crypto computes the HMAC of ` +
      "wire/authentication.ts because Web Crypto can do so asynchronously only"
    ),
  );
});

for (const { word, allowed, reason } of RESERVED) {
  Deno.test(`layers: ${reason}`, async () => {
    const violations: string[] = [];
    for (const path of paths.filter((each) => !allowed(layerOf(each)))) {
      const match = spoken(await Deno.readTextFile(new URL(path, root))).match(word);
      if (match) violations.push(`${path} says ${match[0]}: ${reason}`);
    }
    assertNone(violations);
  });
}

Deno.test("layers: comments and strings may say any word, code in templates may not", () => {
  assertEquals(spoken('/** Deno */ a("Deno"); // Deno\nb'), " a(); \nb");
  assertEquals(spoken("`${Deno.pid}`"), "`${Deno.pid}`");
});
