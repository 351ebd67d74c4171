// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Makes the archive of a release for one platform out of its executable, with `tar`:
 *
 *     deno task compile --target aarch64-apple-darwin
 *     deno task archive --target aarch64-apple-darwin    dist/teredo-0.1.0-darwin-aarch64.tar.gz
 *
 * The directory in it is laid out like `/usr/local`, so that `install.sh` copies it as it is.
 *
 * @module
 */

import { parseArgs } from "node:util";
import manifest from "../deno.json" with { type: "json" };
import {
  configFiles,
  copy,
  executable,
  type InstalledFile,
  runTool,
  sharedFiles,
  systemdFiles,
  writeFiles,
} from "./installed_files.ts";

const USAGE = "Usage: deno task archive --target TRIPLE [--executable FILE] [--output DIRECTORY]";

/** The platforms of a release, as Deno names them, with what `uname` says of them in small letters. */
export const PLATFORMS = {
  "x86_64-unknown-linux-gnu": "linux-x86_64",
  "aarch64-unknown-linux-gnu": "linux-aarch64",
  "x86_64-apple-darwin": "darwin-x86_64",
  "aarch64-apple-darwin": "darwin-aarch64",
  "x86_64-pc-windows-msvc": "windows-x86_64",
} as const;

/** A platform of a release. */
export type Target = keyof typeof PLATFORMS;

/** What to make. */
export interface Archive {
  readonly target: Target;
  /** The executable; what `deno task compile --target` makes if absent. */
  readonly executable?: string | undefined;
  /** The directory for the archive; `dist` if absent. */
  readonly output?: string | undefined;
}

/** Makes the archive, and returns its path. */
export async function makeArchive({ target, ...archive }: Archive): Promise<string> {
  const name = `teredo-${manifest.version}-${PLATFORMS[target]}`;
  const suffix = target.includes("windows") ? ".exe" : "";
  const program = archive.executable ?? `dist/teredo-${target}${suffix}`;
  const output = `${archive.output ?? "dist"}/${name}.tar.gz`;
  const root = await Deno.makeTempDir();
  try {
    await writeFiles(`${root}/${name}`, [
      await executable(`bin/teredo${suffix}`, program),
      ...await filesFor(target),
    ]);
    await runTool("tar", ["--directory", root, "--create", "--gzip", "--file", output, name]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  return output;
}

async function filesFor(target: Target): Promise<InstalledFile[]> {
  const license = await copy("share/doc/teredo/LICENSE", "LICENSE");
  if (target.includes("windows")) {
    return [license, await copy("share/doc/teredo/README.md", "README.md")];
  }
  const shared = [license, ...await sharedFiles("site-functions")];
  if (!target.includes("linux")) return shared;
  const examples = await configFiles("share/doc/teredo/examples");
  return [...shared, ...await systemdFiles(), ...examples];
}

if (import.meta.main) {
  const option = { type: "string" } as const;
  try {
    const { values: { target, ...rest } } = parseArgs({
      args: Deno.args,
      options: { target: option, executable: option, output: option },
    });
    if (target === undefined || !(target in PLATFORMS)) {
      throw new Error(`--target needs one of ${Object.keys(PLATFORMS).join(", ")}`);
    }
    console.log(await makeArchive({ target: target as Target, ...rest }));
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(1);
  }
}
