/**
 * A JSR registry in memory, filled from a Git repository of denoland/std.
 *
 * @module
 */

const SCOPE = "@std";

/** One package as JSR serves it. */
interface Package {
  readonly version: string;
  readonly exports: Record<string, string>;
  /** Sources by path, which starts with a slash. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** The packages by their name without the scope. */
type Packages = ReadonlyMap<string, Package>;

/**
 * Reads the packages below a directory that holds the sources of denoland/std.
 *
 * Between each other they import bare names, which publishing turns into `jsr:` specifiers. So does
 * this.
 */
export async function readPackages(directory: string): Promise<Packages> {
  const manifests = new Map<
    string,
    { version: string; exports: string | Record<string, string> }
  >();
  for await (const entry of Deno.readDir(directory)) {
    const manifest = await readJson(`${directory}/${entry.name}/deno.json`);
    if (entry.isDirectory && manifest) manifests.set(entry.name.replaceAll("_", "-"), manifest);
  }
  const publish = (source: string) =>
    source.replace(
      /(?<=\b(?:from|import)\s*\(?\s*")@std\/([a-z-]+)/g,
      (bare, name: string) => `jsr:${bare}@${manifests.get(name)?.version ?? "*"}`,
    );
  const packages = new Map<string, Package>();
  for (const [name, { version, exports }] of manifests) {
    packages.set(name, {
      version,
      exports: typeof exports === "string" ? { ".": exports } : exports,
      files: await readSources(`${directory}/${name.replaceAll("-", "_")}`, publish),
    });
  }
  return packages;
}

async function readSources(
  directory: string,
  publish: (source: string) => string,
  prefix = "/",
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) {
      const below = await readSources(`${directory}/${name}`, publish, `${prefix}${name}/`);
      for (const [path, bytes] of below) files.set(path, bytes);
    } else if (/\.(ts|mjs|js|json)$/.test(name) && !name.endsWith("_test.ts")) {
      const source = publish(await Deno.readTextFile(`${directory}/${name}`));
      files.set(prefix + name, new TextEncoder().encode(source));
    }
  }
  return files;
}

async function readJson(
  path: string,
): Promise<{ version: string; exports: string | Record<string, string> } | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    const absent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (absent) return undefined;
    throw error;
  }
}

/** Answers like JSR: `meta.json`, `VERSION_meta.json`, and the files of the version. */
export async function answer(packages: Packages, request: Request): Promise<Response> {
  const [scope, name = "", ...rest] = new URL(request.url).pathname.slice(1).split("/");
  const found = packages.get(name);
  if (scope !== SCOPE || !found) return new Response("no such package", { status: 404 });
  const { version, exports, files } = found;
  if (rest[0] === "meta.json") {
    return Response.json({ scope: "std", name, latest: version, versions: { [version]: {} } });
  }
  if (rest[0] === `${version}_meta.json`) {
    const manifest: Record<string, unknown> = {};
    for (const [path, bytes] of files) {
      manifest[path] = { size: bytes.length, checksum: `sha256-${await sha256(bytes)}` };
    }
    return Response.json({ manifest, exports });
  }
  const file = files.get(`/${rest.slice(1).join("/")}`);
  if (rest[0] !== version || !file) return new Response("no such file", { status: 404 });
  const type = rest.at(-1)!.endsWith(".json") ? "application/json" : "text/typescript";
  return new Response(file, { headers: { "content-type": type } });
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
