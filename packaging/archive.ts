/**
 * The archive of a release for one platform.
 *
 * On Unix its directory is laid out like `/usr/local`, so that `install.sh` copies it as it is.
 *
 * @module
 */

import manifest from "../deno.json" with { type: "json" };
import { documentFiles } from "./installed_documents.ts";
import { copy, type InstalledFile } from "./installed_file.ts";
import {
  configFiles,
  executable,
  runTool,
  sharedFiles,
  systemdFiles,
  writeFiles,
} from "./installed_files.ts";
import { executableSuffix, type Platform } from "./platforms.ts";
import { zip } from "./zip.ts";

/** What an archive of this version is called, without its ending: `teredo-0.1.0-linux-x64`. */
function archiveName({ name }: Platform): string {
  return `teredo-${manifest.version}-${name}`;
}

/**
 * Makes an archive in a directory and returns its path.
 *
 * @param program the executable for the platform
 */
export async function makeArchive(
  platform: Platform,
  program: string,
  directory: string,
): Promise<string> {
  const name = archiveName(platform);
  const path = `${directory}/${name}${isForWindows(platform) ? ".zip" : ".tar.gz"}`;
  const files = (await filesFor(platform, program))
    .map((file) => ({ ...file, path: `${name}/${file.path}` }));
  if (isForWindows(platform)) await Deno.writeFile(path, zip(files));
  else await writeTar(path, name, files);
  return path;
}

function isForWindows(platform: Platform): boolean {
  return executableSuffix(platform) === ".exe";
}

/** What an archive contains. */
async function filesFor(platform: Platform, program: string): Promise<InstalledFile[]> {
  if (isForWindows(platform)) {
    return [
      await executable("teredo.exe", program),
      await copy("LICENSE.txt", "LICENSE"),
      ...await documentFiles(""),
      ...await configFiles("examples"),
    ];
  }
  return [
    await executable("bin/teredo", program),
    await copy("share/doc/teredo/LICENSE", "LICENSE"),
    ...await sharedFiles("site-functions"),
    ...await configFiles("share/doc/teredo/examples"),
    ...platform.name.startsWith("linux") ? await systemdFiles() : [],
  ];
}

async function writeTar(path: string, name: string, files: readonly InstalledFile[]) {
  const root = await Deno.makeTempDir();
  try {
    await writeFiles(root, files);
    await runTool("tar", ["--directory", root, "--create", "--gzip", "--file", path, name]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
