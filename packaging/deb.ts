// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Builds the package for Debian and its derivatives from an executable, with `dpkg-deb`:
 *
 *     deno task compile && deno task deb                       dist/teredo_0.1.0_amd64.deb
 *     deno task compile --target aarch64-unknown-linux-gnu
 *     deno task deb --architecture arm64 --executable dist/teredo-aarch64-unknown-linux-gnu
 *
 * The package installs the services and starts none, because each needs a server or addresses
 * first. `SOURCE_DATE_EPOCH` makes the build reproducible; `DEBFULLNAME` and `DEBEMAIL` name the
 * maintainer, as they do for Debian's own tools.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import manifest from "../deno.json" with { type: "json" };
import { readTaskLine } from "../tools/task_line.ts";
import { copy, type InstalledFile, text } from "./installed_file.ts";
import {
  configFiles,
  executable,
  runTool,
  sharedFiles,
  systemdFiles,
  writeFiles,
} from "./installed_files.ts";

const USAGE =
  "Usage: deno task deb [--executable FILE] [--architecture ARCHITECTURE] [--output FILE]";

/** Debian's names of the processors that Deno compiles for. */
const ARCHITECTURES = { x86_64: "amd64", aarch64: "arm64" } as const;

/** What to make. */
interface Deb {
  /** The executable to put in; `dist/teredo` if absent. */
  readonly executable?: string | undefined;
  /** Debian's name; this machine's if absent. */
  readonly architecture?: string | undefined;
  /** The package; in `dist/`, with the name that Debian expects, if absent. */
  readonly output?: string | undefined;
}

/** Builds the package and returns its path. */
export async function makeDeb(deb: Deb): Promise<string> {
  const architecture = deb.architecture ?? ARCHITECTURES[Deno.build.arch];
  const output = deb.output ?? `dist/teredo_${manifest.version}_${architecture}.deb`;
  const files = await packageFiles(deb.executable ?? "dist/teredo");
  const root = await Deno.makeTempDir();
  try {
    // Otherwise only its owner could enter the package's root directory.
    await Deno.chmod(root, 0o755);
    await writeFiles(root, [...files, ...await controlFiles(architecture, files)]);
    await runTool("dpkg-deb", ["--root-owner-group", "--build", root, output]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  return output;
}

/** The files to install, from the root of the system. */
async function packageFiles(program: string): Promise<InstalledFile[]> {
  const usr = [
    ...await sharedFiles("vendor-completions"),
    ...await systemdFiles(),
    text("share/doc/teredo/copyright", copyright(await copy("", "LICENSE"))),
    text("share/doc/teredo/changelog", changelog()),
    await copy("share/lintian/overrides/teredo", "packaging/debian/lintian-overrides"),
    await executable("bin/teredo", program),
  ];
  return [
    ...usr.map(compressed).map((file) => ({ ...file, path: `usr/${file.path}` })),
    ...await configFiles("etc/teredo"),
  ];
}

/** Debian compresses manual pages and change logs. */
function compressed(file: InstalledFile): InstalledFile {
  if (!/^share\/man\/|\/changelog$/.test(file.path)) return file;
  // The header has no time, so the same page always gives the same file.
  const bytes = new Uint8Array(gzipSync(Buffer.from(file.bytes), { level: 9 }));
  return { ...file, path: `${file.path}.gz`, bytes };
}

async function controlFiles(
  architecture: string,
  files: readonly InstalledFile[],
): Promise<InstalledFile[]> {
  const settings = files.filter(({ path }) => path.startsWith("etc/"));
  const scripts = ["postinst", "prerm", "postrm"];
  return [
    text("DEBIAN/control", control(architecture, files)),
    text("DEBIAN/conffiles", settings.map(({ path }) => `/${path}\n`).join("")),
    text("DEBIAN/md5sums", md5sums(files)),
    ...await Promise.all(
      scripts.map((name) => copy(`DEBIAN/${name}`, `packaging/debian/${name}`, 0o755)),
    ),
  ];
}

function control(architecture: string, files: readonly InstalledFile[]): string {
  const octets = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return `\
Package: teredo
Version: ${manifest.version}
Architecture: ${architecture}
Maintainer: ${maintainer()}
Installed-Size: ${Math.ceil(octets / 1024)}
Depends: libc6 (>= 2.27), libgcc-s1, systemd | systemd-standalone-sysusers | systemd-sysusers, systemd | systemd-standalone-tmpfiles | systemd-tmpfiles
Section: net
Priority: optional
Description: IPv6 for hosts behind IPv4 NATs: Teredo client, server and relay
 Teredo (RFC 4380) carries IPv6 in UDP over IPv4, through NATs. This package
 has the three roles in one program: the client gives this host IPv6, the
 server gives clients their address and introduces them to their peers, and
 the relay carries packets between clients and the native IPv6 Internet.
 .
 None of its services runs before it is configured in /etc/teredo and
 enabled.
`;
}

function maintainer(): string {
  const name = Deno.env.get("DEBFULLNAME") || "The Teredo authors";
  return `${name} <${Deno.env.get("DEBEMAIL") || "root@localhost"}>`;
}

/** Debian's change log, with a date as in RFC 5322. */
function changelog(): string {
  const seconds = Deno.env.get("SOURCE_DATE_EPOCH");
  const date = seconds ? new Date(Number(seconds) * 1000) : new Date();
  return `\
teredo (${manifest.version}) unstable; urgency=medium

  * Release ${manifest.version}.

 -- ${maintainer()}  ${date.toUTCString().replace("GMT", "+0000")}
`;
}

function copyright(license: InstalledFile): string {
  const [, , holder, , ...terms] = new TextDecoder().decode(license.bytes).trim().split("\n");
  return `\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: teredo

Files: *
Copyright: ${holder!.replace(/^Copyright \(c\) /, "")}
License: Expat
${terms.map((line) => line === "" ? " ." : ` ${line}`).join("\n")}
`;
}

function md5sums(files: readonly InstalledFile[]): string {
  return files
    .filter(({ path }) => !path.startsWith("etc/"))
    .map(({ path, bytes }) => `${createHash("md5").update(bytes).digest("hex")}  ${path}\n`)
    .join("");
}

if (import.meta.main) {
  const option = { type: "string" } as const;
  const options = { executable: option, architecture: option, output: option };
  const { values } = readTaskLine(USAGE, options);
  try {
    console.log(await makeDeb(values));
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
