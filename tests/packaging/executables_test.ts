/**
 * The executables of a release: what they are, and what they need of their systems.
 *
 * `TEREDO_EXECUTABLES` names the folder where `deno task compile --target` put them.
 */
import { assert, assertEquals } from "@std/assert";
import { readElf } from "../../packaging/elf.ts";
import { readMachO } from "../../packaging/mach_o.ts";
import { isExecutableFor, isThisPlatform, PLATFORMS } from "../../packaging/platforms.ts";

const folder = Deno.env.get("TEREDO_EXECUTABLES");
const document = await Deno.readTextFile(new URL("../../docs/platforms.md", import.meta.url));

/** The path of a platform's executable, if there is one. */
function executable(name: string): string | undefined {
  const platform = PLATFORMS.find((each) => each.name === name)!;
  const names = [`teredo-${platform.target}`, ...isThisPlatform(platform) ? ["teredo"] : []];
  return names.map((each) => `${folder}/${each}`).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return folder !== undefined && Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A test of a platform's executable. */
function executableTest(platform: string, name: string, body: (bytes: Uint8Array) => void): void {
  const path = executable(platform);
  const reason = path === undefined ? ` (ignored: needs it in TEREDO_EXECUTABLES)` : "";
  Deno.test({
    name: `executable for ${platform}: ${name}${reason}`,
    ignore: path === undefined,
    fn: async () => {
      const bytes = await Deno.readFile(path!);
      const other = PLATFORMS.filter((each) => isExecutableFor(bytes, each));
      assertEquals(other.map((each) => each.name), [platform]);
      body(bytes);
    },
  });
}

for (const [processor, oldest] of [["x64", "10.12"], ["arm64", "11.0"]] as const) {
  executableTest(`darwin-${processor}`, "its header and signature let macOS load it", (bytes) => {
    const found = readMachO(bytes);
    assertEquals(found.processor, processor);
    assertEquals(found.oldestSystem, oldest);
    assert(document.includes(`macOS ${oldest}`), "docs/platforms.md names it");
    assert(found.libraries.includes("/usr/lib/libSystem.B.dylib"));
    if (processor === "arm64") assertEquals(found.signature, "ad hoc");
  });
}

for (const processor of ["x64", "arm64"]) {
  executableTest(`linux-${processor}`, "docs/platforms.md lists what it needs", (bytes) => {
    const { libraries, versions } = readElf(bytes);
    const [, row = ""] = new RegExp(`^\\| ${processor} +\\| (.*) \\|$`, "m").exec(document) ?? [];
    assertEquals(Array.from(row.matchAll(/`(.*?)`/g), ([, name]) => name!), libraries);
    const minors = versions.flatMap((version) => /^GLIBC_2\.(\d+)/.exec(version)?.[1] ?? []);
    assertEquals(Math.max(...minors.map(Number)), 27);
    assert(document.includes("glibc 2.27 or newer"));
  });
}
