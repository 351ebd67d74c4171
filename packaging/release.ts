// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Makes a release: an executable and its archive for each platform, Debian packages, `install.sh`
 * and `SHA256SUMS`.
 *
 *     deno task release                          for every platform, in dist/release
 *     deno task release linux-x64 darwin-arm64   for these
 *
 * `deno compile` downloads the runtime of each platform. If it can't, set `DENORT_DIR` to a folder
 * with files such as `denort-linux-x64` and `denort-windows-x64.exe`; for this machine's platform
 * `DENORT_BIN` works too. A platform whose runtime is out of reach is named and left out, and the
 * exit code is 1.
 *
 * @module
 */

import { createHash } from "node:crypto";
import manifest from "../deno.json" with { type: "json" };
import { compile } from "../tools/compile.ts";
import { readTaskLine, refuseTaskLine } from "../tools/task_line.ts";
import { makeArchive } from "./archive.ts";
import { makeDeb } from "./deb.ts";
import { readMachO } from "./mach_o.ts";
import {
  executableSuffix,
  isExecutableFor,
  isThisPlatform,
  type Platform,
  PLATFORMS,
} from "./platforms.ts";

const USAGE = `Usage: deno task release [--output DIRECTORY] [--releases URL] [PLATFORM...]
Platforms: ${PLATFORMS.map(({ name }) => name).join(", ")}`;

/** What to release, and where to. */
interface Release {
  readonly platforms: readonly Platform[];
  readonly output: string;
  /** Where `install.sh` finds releases; without it, its user has to name the place. */
  readonly releases?: string | undefined;
}

/** What there is of a release. */
interface Released {
  /** Paths of the files. */
  readonly files: readonly string[];
  /** A line for each platform that is missing. */
  readonly missing: readonly string[];
}

/** Makes the executable of a platform. Returns its path, or why there is none. */
type Builder = (platform: Platform) => Promise<{ path: string } | { reason: string }>;

/** Makes a release with what the builder builds. */
export async function makeRelease(release: Release, build: Builder): Promise<Released> {
  const { platforms, output, releases } = release;
  const files: string[] = [];
  const missing: string[] = [];
  await Deno.mkdir(output, { recursive: true });
  for (const platform of platforms) {
    const built = await build(platform);
    if ("reason" in built) missing.push(`${platform.name}: ${built.reason}`);
    else files.push(...await pack(platform, built.path, output));
  }
  if (files.length === 0) return { files, missing };
  files.push(await writeInstaller(output, releases));
  files.push(await writeSums(output, files));
  return { files, missing };
}

/** Archive and package. */
async function pack(platform: Platform, program: string, output: string): Promise<string[]> {
  const files = [await makeArchive(platform, program, output)];
  const { debian: architecture } = platform;
  if (architecture === undefined) return files;
  if (!await isInstalled("dpkg-deb")) {
    console.error(`There is no dpkg-deb here, so there is no Debian package for ${architecture}`);
    return files;
  }
  const deb = `${output}/teredo_${manifest.version}_${architecture}.deb`;
  return [...files, await makeDeb({ executable: program, architecture, output: deb })];
}

async function isInstalled(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

async function writeInstaller(output: string, releases: string | undefined): Promise<string> {
  const script = await Deno.readTextFile(new URL("install.sh", import.meta.url));
  const path = `${output}/install.sh`;
  const place = releases ?? "@RELEASES@";
  await Deno.writeTextFile(
    path,
    script.replace("'@RELEASES@'", () => `'${place}'`)
      .replace("'@VERSION@'", () => `'${manifest.version}'`),
    { mode: 0o755 },
  );
  return path;
}

async function writeSums(output: string, files: readonly string[]): Promise<string> {
  const lines = await Promise.all(files.map(async (path) => {
    const sum = createHash("sha256").update(await Deno.readFile(path)).digest("hex");
    return `${sum}  ${path.replace(/^.*\//, "")}\n`;
  }));
  const path = `${output}/SHA256SUMS`;
  await Deno.writeTextFile(path, lines.join(""));
  return path;
}

/** Compiles the program for a platform. */
async function compileFor(platform: Platform): ReturnType<Builder> {
  const { name, target } = platform;
  const path = `dist/teredo-${name}${executableSuffix(platform)}`;
  const denort = await denortFor(platform);
  console.error(`Building for ${name}`);
  const { isBuilt, remedy } = await compile({ target, output: path }, denort);
  if (!isBuilt) {
    return {
      reason: remedy === undefined
        ? "deno compile fails, see above"
        : `its runtime is out of reach. Get denort of Deno ${Deno.version.deno} for ${target} ` +
          `elsewhere, name it denort-${name}${executableSuffix(platform)}, and set DENORT_DIR ` +
          "to its folder",
    };
  }
  if (!isExecutableFor(await headOf(path), platform)) {
    return { reason: `${denort} is a runtime of another platform` };
  }
  // Apple's processors run nothing else.
  if (name === "darwin-arm64" && readMachO(await Deno.readFile(path)).signature !== "ad hoc") {
    return { reason: "its signature does not fit the file" };
  }
  return { path };
}

/** The runtime for a platform, if there is a copy; otherwise Deno downloads it. */
async function denortFor(platform: Platform): Promise<string | undefined> {
  const folder = Deno.env.get("DENORT_DIR");
  if (folder) {
    const path = `${folder}/denort-${platform.name}${executableSuffix(platform)}`;
    if (await Deno.stat(path).then(() => true, () => false)) return path;
  }
  return isThisPlatform(platform) ? Deno.env.get("DENORT_BIN") || undefined : undefined;
}

async function headOf(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const head = new Uint8Array(64);
  await file.read(head);
  return head;
}

function platformsNamed(names: readonly string[]): readonly Platform[] {
  if (names.length === 0) return PLATFORMS;
  return names.map((name) => {
    const platform = PLATFORMS.find((each) => each.name === name);
    return platform ?? refuseTaskLine(USAGE, `There is no platform "${name}"`);
  });
}

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const options = { output: { ...text, default: "dist/release" }, releases: text };
  const { values: { output, releases }, positionals } = readTaskLine(USAGE, options, true);
  const release: Release = { platforms: platformsNamed(positionals), output, releases };
  Deno.chdir(new URL("..", import.meta.url));
  const { files, missing } = await makeRelease(release, compileFor);
  for (const path of files) console.log(path);
  for (const line of missing) console.error(`Missing ${line}`);
  return missing.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
