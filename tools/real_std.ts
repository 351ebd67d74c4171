// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Runs the tests on the real sources of `@std` where JSR is out of reach:
 *
 *     deno run -A --no-config tools/real_std.ts PATH_OF_A_CLONE_OF_DENOLAND_STD [TEST ARGUMENTS]
 *
 * The clone needs its history, for `@std/log` is no longer in its head; a bare one will do. Its packages are
 * served on the loopback interface in JSR's own way, so that `deno.json` and every command stand as they are.
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
    `No revision in ${clone} removes log/, so @std/log cannot be had. ` +
      "Clone denoland/std with its history (without --depth).",
  );
}

/** Runs the tests against the registry, with a cache of their own. Resolves to the exit code. */
async function test(registry: string, cache: string, args: readonly string[]): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "test", ...args],
    env: { JSR_URL: registry, DENO_DIR: cache, TEREDO_IMPORTS: "jsr" },
  }).spawn().status;
  return code;
}

async function main([clone, ...args]: readonly string[]): Promise<number> {
  if (!clone) {
    console.error("Usage: real_std.ts PATH_OF_A_CLONE_OF_DENOLAND_STD [TEST ARGUMENTS]");
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
    return await test(`http://127.0.0.1:${server.addr.port}/`, cache, args);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
