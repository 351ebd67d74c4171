// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Runs a task with the real sources of `@std` where JSR is out of reach:
 *
 *     deno run -A --no-config tools/real_std.ts CLONE               the tests
 *     deno run -A --no-config tools/real_std.ts CLONE compile       the executable
 *     deno run -A --no-config tools/real_std.ts CLONE test tests/tools/stand_ins
 *
 * `CLONE` is a clone of denoland/std, bare or not. It needs its history, because its head no longer
 * has `@std/log`. Its packages are served on the loopback interface as JSR serves them, so
 * `deno.json` and every command stay as they are.
 *
 * @module
 */

import { answer, readPackages } from "./registry.ts";

/** Runs `git` on the clone; returns what it prints. */
async function git(clone: string, ...args: string[]): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["-C", clone, ...args],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`git ${args.join(" ")} fails in ${clone}`);
  return new Uint8Array(stdout);
}

/** Unpacks one revision, or a folder of it, into the directory. */
async function unpack(clone: string, directory: string, ...what: string[]): Promise<void> {
  const archive = `${directory}/archive.tar`;
  await Deno.writeFile(archive, await git(clone, "archive", ...what));
  const { success } = await new Deno.Command("tar", { args: ["xf", archive, "-C", directory] })
    .output();
  if (!success) throw new Error(`tar cannot unpack ${archive}`);
  await Deno.remove(archive);
}

/** The last revision that has `log/`. */
async function lastWithLog(clone: string): Promise<string> {
  const args = ["log", "-1", "--format=%H^", "--diff-filter=D", "--", "log/deno.json"];
  const revision = new TextDecoder().decode(await git(clone, ...args)).trim();
  if (revision) return revision;
  throw new Error(
    `No revision in ${clone} removes log/, so there is no @std/log. ` +
      "Clone denoland/std with its history (without --depth).",
  );
}

/** Runs a task against the registry, with an empty cache. Resolves to the exit code. */
async function runTask(registry: string, cache: string, task: readonly string[]): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["task", ...task],
    env: { JSR_URL: registry, DENO_DIR: cache, TEREDO_IMPORTS: "jsr" },
  }).spawn().status;
  return code;
}

async function main([clone, ...task]: readonly string[]): Promise<number> {
  if (!clone) {
    console.error("Usage: real_std.ts CLONE_OF_DENOLAND_STD [TASK [ARGUMENTS]]");
    return 2;
  }
  const directory = await Deno.makeTempDir({ prefix: "real-std-" });
  try {
    const sources = `${directory}/std`;
    const cache = `${directory}/cache`;
    await Promise.all([Deno.mkdir(sources), Deno.mkdir(cache)]);
    await unpack(clone, sources, "HEAD");
    await unpack(clone, sources, await lastWithLog(clone), "log");
    const packages = await readPackages(sources);
    const listen = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    await using server = Deno.serve(listen, (request) => answer(packages, request));
    const registry = `http://127.0.0.1:${server.addr.port}/`;
    return await runTask(registry, cache, task.length > 0 ? task : ["test"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
