/** The package for Debian, with a small program in the executable's place. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { requires } from "../capabilities.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** When the packages are made, for all they know. */
const TIME = "1767225600";

const needs = requires("linux", "dpkg-deb");
const needsLintian = requires("linux", "dpkg-deb", "lintian");

async function run(name: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(name, {
    args,
    cwd: ROOT,
    env: {
      SOURCE_DATE_EPOCH: TIME,
      DEBEMAIL: "teredo@users.noreply.github.com",
      LC_ALL: "C.UTF-8",
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stdout) + decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** Makes a package in another process, whose environment counts. */
async function withPackage(use: (path: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/teredo_${manifest.version}_amd64.deb`;
    await makePackage(path);
    await use(path);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function makePackage(path: string): Promise<void> {
  const task = ["task", "--quiet", "deb", "--executable", "/bin/true", "--architecture", "amd64"];
  await run(Deno.execPath(), ...task, "--output", path);
}

Deno.test({
  name: needs.title(
    "deb: it has the program, units, settings, manual pages, completions, dashboard and alerts",
  ),
  ignore: needs.ignore,
  fn: () =>
    withPackage(async (path) => {
      const contents = await run("dpkg-deb", "--contents", path);
      const files = new Map(
        contents.trim().split("\n").map((line) => {
          const [mode, owner, , , , name] = line.split(/\s+/);
          return [name!.replace(/^\./, ""), `${mode} ${owner}`] as const;
        }),
      );
      assertEquals(files.get("/usr/bin/teredo"), "-rwxr-xr-x root/root");
      for (
        const file of [
          "/etc/teredo/client.yaml",
          "/etc/teredo/relay.yaml",
          "/etc/teredo/server.yaml",
          "/usr/lib/systemd/system/teredo-client.service",
          "/usr/lib/systemd/system/teredo-relay.service",
          "/usr/lib/systemd/system/teredo-server.service",
          "/usr/lib/sysusers.d/teredo.conf",
          "/usr/lib/tmpfiles.d/teredo.conf",
          "/usr/share/bash-completion/completions/teredo",
          "/usr/share/doc/teredo/copyright",
          "/usr/share/doc/teredo/examples/alerts.yaml",
          "/usr/share/doc/teredo/examples/grafana.json",
          "/usr/share/fish/vendor_completions.d/teredo.fish",
          "/usr/share/man/man5/teredo.yaml.5.gz",
          "/usr/share/man/man8/teredo.8.gz",
          "/usr/share/zsh/vendor-completions/_teredo",
        ]
      ) assertEquals(files.get(file), "-rw-r--r-- root/root", file);
    }),
});

Deno.test({
  name: needs.title("deb: it says what it is and needs, and keeps the settings of its user"),
  ignore: needs.ignore,
  fn: () =>
    withPackage(async (path) => {
      const info = await run("dpkg-deb", "--info", path);
      assertStringIncludes(info, "Package: teredo\n");
      assertStringIncludes(info, `Version: ${manifest.version}\n`);
      assertStringIncludes(info, "Architecture: amd64\n");
      assertMatch(info, /Depends: libc6/);
      const settings = await run("dpkg-deb", "--info", path, "conffiles");
      assertEquals(settings.trim().split("\n").length, 3);
    }),
});

Deno.test({
  name: needs.title("deb: the same sources make the same package, octet for octet"),
  ignore: needs.ignore,
  fn: () =>
    withPackage(async (path) => {
      const again = `${path}.again`;
      await makePackage(again);
      const [one, other] = await Promise.all([Deno.readFile(path), Deno.readFile(again)]);
      assert(one.length > 10_000);
      assertEquals(one, other);
    }),
});

Deno.test({
  name: needsLintian.title("deb: lintian has no error and no warning"),
  ignore: needsLintian.ignore,
  fn: () =>
    withPackage(async (path) => {
      const output = await run(
        "lintian",
        "--allow-root",
        "--no-cfg",
        "--fail-on=error,warning",
        path,
      );
      assertEquals(output, "");
    }),
});

const shellcheck = requires("shellcheck");
Deno.test({
  name: shellcheck.title(
    "deb: shellcheck finds nothing in the maintainer's scripts, nor in install.sh",
  ),
  ignore: shellcheck.ignore,
  fn: async () => {
    const scripts = ["debian/postinst", "debian/prerm", "debian/postrm", "install.sh"];
    assertEquals(await run("shellcheck", ...scripts.map((name) => `packaging/${name}`)), "");
  },
});
