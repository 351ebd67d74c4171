/** A release, made of small programs in place of the executables. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { isExecutableFor, type Platform, PLATFORMS } from "../../packaging/platforms.ts";
import { makeRelease } from "../../packaging/release.ts";
import { requires } from "../capabilities.ts";

const needs = requires("linux", "tar");

/** Makes a release of all platforms but `absent`, and shows it to `use`. */
async function withRelease(
  absent: string,
  use: (output: string, missing: readonly string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const output = `${folder}/release`;
    const platforms = PLATFORMS.map(({ name, target }): Platform => ({ name, target }));
    const { files, missing } = await makeRelease({ platforms, output }, async ({ name }) => {
      if (name === absent) return { reason: "its runtime is out of reach" };
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, `#!/bin/sh\necho ${name} $*\n`);
      return { path };
    });
    for (const path of files) await Deno.stat(path);
    await use(output, missing);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function textOf(program: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(program, { args }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test({
  name: needs.title("release: each platform has an archive, and SHA256SUMS names all files"),
  ignore: needs.ignore,
  fn: () =>
    withRelease("none of them", async (output, missing) => {
      assertEquals(missing, []);
      const archives = PLATFORMS.map(({ name }) =>
        `teredo-${manifest.version}-${name}${name.startsWith("windows") ? ".zip" : ".tar.gz"}`
      );
      const sums = await Deno.readTextFile(`${output}/SHA256SUMS`);
      const listed = Array.from(sums.matchAll(/^[\da-f]{64} {2}(.*)$/gm), ([, name]) => name!);
      assertEquals(listed, [...archives, "install.sh"]);
      const names = (await Array.fromAsync(Deno.readDir(output))).map(({ name }) => name);
      assertEquals(names.sort(), [...listed, "SHA256SUMS"].sort());
      const checked = await textOf("sh", "-c", 'cd "$0" && sha256sum --check SHA256SUMS', output);
      assertEquals(checked.match(/: OK$/gm)?.length, listed.length);
    }),
});

Deno.test({
  name: needs.title("release: an archive has what its system needs"),
  ignore: needs.ignore,
  fn: () =>
    withRelease("none of them", async (output) => {
      const listing = (name: string) =>
        textOf("tar", "tzf", `${output}/teredo-${manifest.version}-${name}.tar.gz`);
      for (const name of ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]) {
        const listed = await listing(name);
        for (
          const path of [
            ...["bin/teredo", "share/man/man8/teredo.8", "share/doc/teredo/LICENSE"],
            ...["share/doc/teredo/examples/client.yaml", "share/zsh/site-functions/_teredo"],
          ]
        ) assertStringIncludes(listed, `teredo-${manifest.version}-${name}/${path}\n`);
        const isLinux = name.startsWith("linux");
        assertEquals(listed.includes("/lib/systemd/system/teredo-server.service\n"), isLinux);
      }
    }),
});

Deno.test({
  name: needs.title("release: a platform that can't be built is named, and the others are made"),
  ignore: needs.ignore,
  fn: () =>
    withRelease("darwin-arm64", async (output, missing) => {
      assertEquals(missing, ["darwin-arm64: its runtime is out of reach"]);
      const sums = await Deno.readTextFile(`${output}/SHA256SUMS`);
      assert(!sums.includes("darwin-arm64"));
      assertStringIncludes(sums, "windows-x64.zip");
      assertMatch(await Deno.readTextFile(`${output}/install.sh`), /^version='\d+\.\d+\.\d+'$/m);
    }),
});

Deno.test("release: a runtime of another platform is noticed", () => {
  const heads: Readonly<Record<string, readonly number[]>> = {
    "linux-x64": [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0],
    "linux-arm64": [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 183, 0],
    "darwin-x64": [0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1],
    "darwin-arm64": [0xcf, 0xfa, 0xed, 0xfe, 12, 0, 0, 1],
    "windows-x64": [0x4d, 0x5a, 0x90],
  };
  for (const platform of PLATFORMS) {
    for (const [name, head] of Object.entries(heads)) {
      assertEquals(isExecutableFor(Uint8Array.from(head), platform), name === platform.name);
    }
  }
});
