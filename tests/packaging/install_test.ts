/** The archive of a release, installed by `install.sh` from a server on the loopback interface. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeArchive } from "../../packaging/archive.ts";
import { PLATFORMS } from "../../packaging/platforms.ts";
import manifest from "../../deno.json" with { type: "json" };
import { requires } from "../capabilities.ts";

const SCRIPT = new URL("../../packaging/install.sh", import.meta.url).pathname;
const SUPPORTED = Deno.build.os === "linux" && Deno.build.arch === "x86_64";
const [PLATFORM] = PLATFORMS;
const ARCHIVE = `teredo-${manifest.version}-linux-x64.tar.gz`;

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
  const path = await makeArchive(PLATFORM!, executable, release);
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

function install(...args: string[]): Promise<Ended> {
  return installWith({}, ...args);
}

/** How the script is run, where that matters. */
interface Surroundings {
  /** The program's search path. */
  readonly path?: string;
  readonly folder?: string;
  /** The script, where it is another copy. */
  readonly script?: string;
  /** Words before the command. */
  readonly before?: readonly string[];
}

async function installWith(surroundings: Surroundings, ...args: string[]): Promise<Ended> {
  const [program, ...words] = [
    ...surroundings.before ?? [],
    "/bin/sh",
    surroundings.script ?? SCRIPT,
    ...args,
  ];
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args: words,
    cwd: surroundings.folder ?? Deno.cwd(),
    stdin: "null",
    env: {
      // The loopback server is not asked through a proxy.
      NO_PROXY: "127.0.0.1",
      no_proxy: "127.0.0.1",
      ...surroundings.path === undefined ? {} : { PATH: surroundings.path },
    },
    signal: AbortSignal.timeout(30_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The programs that the script calls, but for those by which it downloads. */
const TOOLS = [
  ...["awk", "cat", "chmod", "cp", "cut", "find", "grep", "gzip", "head", "id", "ldd", "mkdir"],
  ...["mktemp", "mv", "rm", "rmdir", "sed", "sh", "sha256sum", "sort", "tar", "tr", "uname"],
];

/** A folder with these programs alone, and scripts of the test's. */
async function onlyTools(
  place: Place,
  names: readonly string[],
  scripts: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = `${place.release}/only`;
  await Deno.mkdir(folder);
  const found = new Deno.Command("sh", {
    args: ["-c", 'for name; do command -v "$name" || exit; done', "sh", ...names],
  });
  const paths = new TextDecoder().decode((await found.output()).stdout).trim().split("\n");
  assertEquals(paths.length, names.length);
  for (const [i, path] of paths.entries()) await Deno.symlink(path, `${folder}/${names[i]}`);
  for (const [name, text] of Object.entries(scripts)) {
    await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  return folder;
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
  assert(!await exists(place.prefix), "a folder is left");
  const again = await install("--uninstall", "--prefix", place.prefix);
  assertEquals(again.code, 1);
  assertStringIncludes(again.stderr, "Nothing to remove");
});

test("--uninstall leaves what was there before", async (place) => {
  await Deno.mkdir(`${place.prefix}/share/man/man8`, { recursive: true });
  await Deno.writeTextFile(`${place.prefix}/share/man/man8/other.8`, "");
  await Deno.mkdir(`${place.prefix}/lib`);
  await install(...from(place));
  await Deno.writeTextFile(`${place.prefix}/bin/other`, "");
  assertEquals((await install("--uninstall", "--prefix", place.prefix)).code, 0);
  const left: string[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(`${place.prefix}/${folder}`)) {
      left.push(folder + name);
      if (isDirectory) await walk(`${folder}${name}/`);
    }
  };
  await walk("");
  assertEquals(left.sort(), [
    ...["bin", "bin/other", "lib", "share", "share/man", "share/man/man8"],
    "share/man/man8/other.8",
  ]);
});

test("the units run the program that was installed", async (place) => {
  await install(...from(place));
  const folder = `${place.prefix}/lib/systemd/system`;
  const quoted = await Deno.readTextFile(`${folder}/teredo-server-relay.service`);
  assertStringIncludes(quoted, `\nExecStart="${place.prefix}/bin/teredo" server --relay\n`);
  assertStringIncludes(quoted, `\nExecReload="${place.prefix}/bin/teredo" check --role server\n`);
  await install("--uninstall", "--prefix", place.prefix);
  const plain = `${place.release}/opt`;
  await install(...from({ ...place, prefix: plain }));
  assertStringIncludes(
    await Deno.readTextFile(`${plain}/lib/systemd/system/teredo-client.service`),
    `\nExecStart=${plain}/bin/teredo client\n`,
  );
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
  assertStringIncludes(stderr, `Cannot download ${place.url}/teredo-9.9.9-linux-x64.tar.gz`);
});

test("an archive that is not there installs nothing", async (place) => {
  await Deno.remove(`${place.release}/${ARCHIVE}`);
  const { code, stderr } = await install(...from(place));
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot download ${place.url}/${ARCHIVE}`);
  assert(!await exists(place.prefix));
});

test("a prefix may be relative to where one stands, and a version begin with v", async (place) => {
  const args = ["--from", place.url, "--version", `v${manifest.version}`, "--prefix", "some where"];
  const { code, stderr } = await installWith({ folder: place.release }, ...args);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assert(await exists(`${place.release}/some where/bin/teredo`));
});

test("what only an earlier version had is removed", async (place) => {
  await install(...from(place));
  const list = `${place.prefix}/share/teredo/installed`;
  await Deno.writeTextFile(list, "share/old page\n../outside\n", { append: true });
  await Deno.writeTextFile(`${place.prefix}/share/old page`, "");
  await Deno.writeTextFile(`${place.prefix}/../outside`, "");
  assertEquals((await install(...from(place))).code, 0);
  assert(!await exists(`${place.prefix}/share/old page`));
  assert(await exists(`${place.prefix}/../outside`));
});

test("a strict mask does not keep others from what is installed", async (place) => {
  const before = ["sh", "-c", 'umask 077; exec "$@"', "sh"];
  assertEquals((await installWith({ before }, ...from(place))).code, 0);
  for (const folder of ["bin", "share/man", "share/man/man8", "share/teredo"]) {
    assertEquals((await Deno.stat(`${place.prefix}/${folder}`)).mode! & 0o777, 0o755, folder);
  }
});

test("a system that has no executable is told so", async (place) => {
  for (
    const [system, machine, message] of [
      ["Linux", "riscv64", "There is no executable for linux on riscv64"],
      ["FreeBSD", "amd64", "There is no executable for freebsd on x64"],
      ["MINGW64_NT-10.0", "x86_64", "On Windows unpack teredo-"],
    ] as const
  ) {
    const script = `case $1 in -s) echo ${system} ;; -m) echo ${machine} ;; esac`;
    const tools = TOOLS.filter((name) => name !== "uname");
    const path = await onlyTools(place, tools, { uname: script });
    const { code, stderr } = await installWith({ path }, ...from(place));
    assertEquals(code, 1);
    assertStringIncludes(stderr, message);
    await Deno.remove(path, { recursive: true });
  }
});

test("an old C library, or another one, is noticed before anything is downloaded", async (place) => {
  for (
    const [said, message] of [
      ["ldd (GNU libc) 2.17", "glibc 2.27 or newer, and this system has 2.17"],
      ["musl libc (x86_64)", "this system has musl"],
    ] as const
  ) {
    const tools = TOOLS.filter((name) => name !== "ldd");
    const path = await onlyTools(place, tools, { ldd: `echo "${said}"`, curl: "exit 99" });
    const { code, stderr } = await installWith({ path }, ...from(place));
    assertEquals(code, 1);
    assertStringIncludes(stderr, message);
    await Deno.remove(path, { recursive: true });
  }
});

test("without curl, wget or sudo it says what it needs", async (place) => {
  const path = await onlyTools(place, TOOLS);
  const { code, stderr } = await installWith({ path }, ...from(place));
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Downloading needs curl or wget");
  const sudo = await installWith({ path }, ...from(place), "--sudo");
  assertStringIncludes(sudo.stderr, "There is no sudo here");
  assert(!await exists(place.prefix));
});

const wget = requires("wget");
Deno.test({
  name: wget.title("install.sh: without curl it downloads by wget"),
  ignore: ignore || wget.ignore,
  fn: () =>
    withRelease(async (place) => {
      const path = await onlyTools(place, [...TOOLS, "wget"]);
      const { code, stderr } = await installWith({ path }, ...from(place));
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      const missing = await installWith({ path }, ...from(place), "--version", "9.9.9");
      assertStringIncludes(missing.stderr, `Cannot download ${place.url}/teredo-9.9.9`);
    }),
});

const root = requires("root", "setpriv");
Deno.test({
  name: root.title("install.sh: where it may not write it says what to do"),
  ignore: ignore || root.ignore,
  fn: () =>
    withRelease(async (place) => {
      const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
      const folder = await Deno.makeTempDir();
      const script = `${folder}/install.sh`;
      try {
        await Deno.copyFile(SCRIPT, script);
        await Deno.chmod(folder, 0o755);
        const surroundings = { before: nobody, folder, script };
        const args = from({ ...place, prefix: folder });
        const { code, stderr } = await installWith(surroundings, ...args);
        assertEquals(code, 1);
        assertStringIncludes(stderr, `Cannot write to ${folder}: say --sudo, or another --prefix`);
        assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["install.sh"]);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }),
});

test("a copy from the repository asks where from, and mistakes are explained", async () => {
  const bare = await install();
  assertEquals(bare.code, 1);
  assertStringIncludes(bare.stderr, "say --from URL and --version VERSION");
  const help = await install("--help");
  assertEquals([help.code, help.stderr], [0, ""]);
  for (const option of ["--prefix DIR", "--sudo", "--from URL", "--version", "--uninstall"]) {
    assertStringIncludes(help.stdout, `  ${option} `);
  }
  for (const line of help.stdout.split("\n")) assert(line.length <= 80, line);
  const unknown = await install("--prefx", "/nowhere");
  assertStringIncludes(unknown.stderr, "Unknown argument --prefx. Usage:");
  const incomplete = await install("--prefix");
  assertStringIncludes(incomplete.stderr, "--prefix needs a value");
  const hostile = await install("--from", "http://127.0.0.1:9", "--version", "../../x");
  assertStringIncludes(hostile.stderr, "--version needs a version");
});
