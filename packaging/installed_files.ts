/**
 * What is installed with the executable.
 *
 * @module
 */

import { COMMANDS } from "../cli.ts";
import { completionScript } from "../cli/commands/completions.ts";
import { documentFiles } from "./installed_documents.ts";
import { copy, type InstalledFile, text } from "./installed_file.ts";
import { manDirectory, manPages } from "./man.ts";

/** Where zsh looks; Debian's zsh has a separate directory for packages. */
type ZshDirectory = "site-functions" | "vendor-completions";

/** Manual pages, completions, documents, dashboard and alerts: files for every system. */
export async function sharedFiles(zsh: ZshDirectory): Promise<InstalledFile[]> {
  return [
    ...manPages().map((page) => text(`share/man/${manDirectory(page)}/${page.name}`, page.text)),
    text("share/bash-completion/completions/teredo", completionScript("bash", COMMANDS)),
    text(`share/zsh/${zsh}/_teredo`, completionScript("zsh", COMMANDS)),
    text("share/fish/vendor_completions.d/teredo.fish", completionScript("fish", COMMANDS)),
    ...await documentFiles("share/doc/teredo/"),
    await copy("share/doc/teredo/examples/grafana.json", "packaging/grafana/teredo.json"),
    await copy("share/doc/teredo/examples/alerts.yaml", "packaging/prometheus/alerts.yaml"),
  ];
}

/** Files for systemd. */
export async function systemdFiles(): Promise<InstalledFile[]> {
  const units = ["client", "relay", "server", "server-relay"].map((it) => `teredo-${it}.service`);
  return await Promise.all([
    ...units.map((unit) => copy(`lib/systemd/system/${unit}`, `packaging/systemd/${unit}`)),
    copy("lib/sysusers.d/teredo.conf", "packaging/systemd/sysusers.conf"),
    copy("lib/tmpfiles.d/teredo.conf", "packaging/systemd/tmpfiles.conf"),
  ]);
}

/** The configuration of each role, in which nothing is set. */
export async function configFiles(directory: string): Promise<InstalledFile[]> {
  return await Promise.all(
    ["client", "relay", "server"].map((role) =>
      copy(`${directory}/${role}.yaml`, `packaging/etc/${role}.yaml`)
    ),
  );
}

/** The executable. */
export async function executable(path: string, from: string): Promise<InstalledFile> {
  try {
    return { path, bytes: await Deno.readFile(from), mode: 0o755 };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`There is no executable ${from}: run "deno task compile" first`);
  }
}

/** Writes the files below a directory, with their modes whatever the umask is. */
export async function writeFiles(root: string, files: readonly InstalledFile[]): Promise<void> {
  for (const { path, bytes, mode } of files) {
    const target = `${root}/${path}`;
    const parts = path.split("/").slice(0, -1);
    for (const [i] of parts.entries()) {
      const directory = [root, ...parts.slice(0, i + 1)].join("/");
      await Deno.mkdir(directory, { recursive: true });
      await Deno.chmod(directory, 0o755);
    }
    await Deno.writeFile(target, bytes);
    await Deno.chmod(target, mode);
  }
}

/** Runs a program to its end. */
export async function runTool(name: string, args: readonly string[]): Promise<void> {
  const { success, code, stderr } = await new Deno.Command(name, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`${name} ended with code ${code}: ${new TextDecoder().decode(stderr).trim()}`);
  }
}
