/** The archive of a release, installed by `install.sh` from a server on the loopback interface. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeArchive } from "../../packaging/archive.ts";
import manifest from "../../deno.json" with { type: "json" };
import { requires } from "../capabilities.ts";

const SCRIPT = new URL("../../packaging/install.sh", import.meta.url).pathname;
const SUPPORTED = Deno.build.os === "linux" && Deno.build.arch === "x86_64";
const ARCHIVE = `teredo-${manifest.version}-linux-x86_64.tar.gz`;

const needs = requires("linux", "bash", "curl", "tar");
const ignore = needs.ignore || !SUPPORTED;

/** A release that can be downloaded, and a place to install into. */
interface Place {
  readonly url: string;
  readonly release: string;
  readonly prefix: string;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function withRelease(use: (place: Place) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  const release = `${directory}/release`;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      try {
        return new Response(await Deno.readFile(release + new URL(request.url).pathname));
      } catch {
        return new Response("no such file", { status: 404 });
      }
    },
  );
  try {
    await makeRelease(directory, release);
    const url = `http://127.0.0.1:${server.addr.port}`;
    await use({ url, release, prefix: `${directory}/a prefix` });
  } finally {
    await server.shutdown();
    await Deno.remove(directory, { recursive: true });
  }
}

async function makeRelease(directory: string, release: string): Promise<void> {
  const executable = `${directory}/teredo`;
  await Deno.writeTextFile(executable, '#!/bin/sh\necho "teredo says $*"\n');
  await Deno.mkdir(release);
  const path = await makeArchive({
    target: "x86_64-unknown-linux-gnu",
    executable,
    output: release,
  });
  assertEquals(path, `${release}/${ARCHIVE}`);
  await writeSums(release, await sumOf(path));
}

async function sumOf(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(digest).toHex();
}

function writeSums(release: string, sum: string): Promise<void> {
  const other = "0".repeat(64);
  const lines = [`${other}  x${ARCHIVE}`, `${sum}  ${ARCHIVE}`, `${other}  install.sh`];
  return Deno.writeTextFile(`${release}/SHA256SUMS`, `${lines.join("\n")}\n`);
}

async function install(...args: string[]): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: [SCRIPT, ...args],
    stdin: "null",
    // The loopback server is not asked through a proxy.
    env: { NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" },
    signal: AbortSignal.timeout(30_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function from({ url, prefix }: Place): string[] {
  return ["--from", url, "--version", manifest.version, "--prefix", prefix];
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

function test(name: string, fn: (place: Place) => Promise<void>): void {
  Deno.test({ name: needs.title(`install.sh: ${name}`), ignore, fn: () => withRelease(fn) });
}

test("what is downloaded, checked and installed runs", async (place) => {
  const { code, stdout, stderr } = await install(...from(place));
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const { prefix } = place;
  assertStringIncludes(stdout, `Installed teredo says --version as ${prefix}/bin/teredo`);
  assertStringIncludes(stdout, `${prefix}/bin is not in PATH yet`);
  for (
    const file of [
      "lib/systemd/system/teredo-client.service",
      "share/bash-completion/completions/teredo",
      "share/doc/teredo/LICENSE",
      "share/man/man8/teredo.8",
    ]
  ) assertEquals((await Deno.stat(`${prefix}/${file}`)).mode! & 0o777, 0o644, file);
});

test("a second run replaces the first, and --uninstall removes it all", async (place) => {
  await install(...from(place));
  assertEquals((await install(...from(place))).code, 0);
  const { code } = await install("--uninstall", "--prefix", place.prefix);
  assertEquals(code, 0);
  const left: string[] = [];
  const walk = async (directory: string) => {
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      if (isDirectory) await walk(`${directory}/${name}`);
      else left.push(`${directory}/${name}`);
    }
  };
  await walk(place.prefix);
  assertEquals(left, []);
  const again = await install("--uninstall", "--prefix", place.prefix);
  assertEquals(again.code, 1);
  assertStringIncludes(again.stderr, "Nothing to remove");
});

test("a wrong sum installs nothing", async (place) => {
  await writeSums(place.release, "f".repeat(64));
  const { code, stderr } = await install(...from(place));
  assertEquals(code, 1);
  assertStringIncludes(stderr, "nothing is installed");
  assert(!await exists(place.prefix));
});

test("a sum that is missing installs nothing", async (place) => {
  await Deno.writeTextFile(`${place.release}/SHA256SUMS`, "");
  const { code, stderr } = await install(...from(place));
  assertEquals(code, 1);
  assertStringIncludes(stderr, `SHA256SUMS says nothing of ${ARCHIVE}`);
  assert(!await exists(place.prefix));
});

test("a release that is not there is told with its address", async (place) => {
  const { code, stderr } = await install(...from(place), "--version", "9.9.9");
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot download ${place.url}/teredo-9.9.9-linux-x86_64.tar.gz`);
});

test("a copy from the repository asks where from, and mistakes are explained", async () => {
  const bare = await install();
  assertEquals(bare.code, 1);
  assertStringIncludes(bare.stderr, "say --from URL and --version VERSION");
  const unknown = await install("--prefx", "/nowhere");
  assertStringIncludes(unknown.stderr, "Unknown argument --prefx. Usage:");
  const incomplete = await install("--prefix");
  assertStringIncludes(incomplete.stderr, "--prefix needs a value");
  const hostile = await install("--from", "http://127.0.0.1:9", "--version", "../../x");
  assertStringIncludes(hostile.stderr, "--version needs a version");
});
