/**
 * How the lab runs programs of this repository from their source.
 *
 * @module
 */

/** The absolute path of a file of this repository. */
export function repositoryPath(path: string): string {
  return decodeURIComponent(new URL(`../../${path}`, import.meta.url).pathname);
}

/** The command line that runs a source file. */
export function denoRun(path: string): string[] {
  return [Deno.execPath(), "run", "-A", "--quiet", ...configuration(), repositoryPath(path)];
}

/** Loads what a program needs, while the network is still there: the lab has no way out. */
export async function prefetch(path: string): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", ...configuration(), repositoryPath(path)],
    stdin: "null",
  }).output();
  if (code !== 0) throw new Error(`Cannot load ${path}: ${new TextDecoder().decode(stderr)}`);
}

/** Programs in the lab import from where this one does: JSR, or the stand-ins for it. */
function configuration(): string[] {
  const map = new URL("../../tools/stand_ins/", import.meta.url);
  const isOffline = import.meta.resolve("@std/log").startsWith(map.href);
  return [
    ...["--config", repositoryPath("deno.json")],
    ...isOffline ? ["--import-map", repositoryPath("tools/stand_ins/import_map.json")] : [],
  ];
}
