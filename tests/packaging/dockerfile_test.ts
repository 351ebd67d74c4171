/** The Dockerfile, as far as it can be checked without an engine. */
import { assert, assertArrayIncludes, assertEquals } from "@std/assert";
import { COMMANDS } from "../../cli.ts";
import { parseCommandLine } from "../../cli/args/command_line.ts";
import { compileArguments } from "../../tools/compile.ts";

const ROOT = new URL("../../", import.meta.url);

const file = await Deno.readTextFile(new URL("packaging/Dockerfile", ROOT));
const ignored = await Deno.readTextFile(new URL("packaging/Dockerfile.dockerignore", ROOT));

/** The instructions of a kind, without what they are called. */
function instructions(name: string): string[] {
  return Array.from(file.matchAll(new RegExp(`^${name} (.*)$`, "gm")), ([, rest]) => rest!);
}

/** Whether a command line of the program is understood. */
function assertUnderstood([name, ...args]: readonly string[]): void {
  const command = COMMANDS.find((each) => each.name === name);
  assert(command !== undefined, name);
  assertEquals(parseCommandLine(command, args).type, "run", args.join(" "));
}

Deno.test({
  name: "Dockerfile: what it copies is what it has built, and what it runs is what it has copied",
  // There the executable has another name.
  ignore: Deno.build.os === "windows",
  fn: () => {
    const [context, built] = instructions("COPY");
    assertEquals(context, ". .");
    const [, from, to] = /^--from=build \/source\/(\S+) (\S+)$/.exec(built!)!;
    assertArrayIncludes(compileArguments({}), [from!]);
    assertEquals(JSON.parse(instructions("ENTRYPOINT")[0]!), [to]);
    const [health] = instructions("HEALTHCHECK");
    const [program, ...args] = JSON.parse(/ CMD (.*)$/.exec(health!)![1]!);
    assertEquals(program, to);
    assertUnderstood(args);
  },
});

Deno.test("Dockerfile: it builds with the Deno of the toolchain", async () => {
  const toolchain = await Deno.readTextFile(new URL("docs/toolchain.md", ROOT));
  const [, version] = /Deno (\d+\.\d+\.\d+)/.exec(toolchain)!;
  assertEquals(instructions("FROM")[0], `denoland/deno:${version} AS build`);
});

Deno.test("Dockerfile: the commands in its head are understood, and have the right of their role", () => {
  const commands = Array.from(
    file.replaceAll(/ \\\n#\s+/g, " ").matchAll(/^# +docker run (.*) teredo (\w+ .*)$/gm),
  );
  assertEquals(commands.length, 2);
  for (const [, engine, line] of commands) {
    assertUnderstood(line!.split(" "));
    assert(engine!.includes(line!.startsWith("server") ? "NET_RAW" : "NET_ADMIN"), engine);
  }
});

Deno.test("Dockerfile: no module that the build needs is kept out of it", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "info",
      "--json",
      "--no-config",
      "--import-map",
      "tools/stand_ins/import_map.json",
      "cli.ts",
    ],
    cwd: ROOT,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string }[];
  };
  const needed = modules.map(({ specifier }) => specifier).filter((it) => it.startsWith(ROOT.href))
    .map((it) => it.slice(ROOT.href.length));
  assert(needed.length > 100);
  const started = ["tools/compile.ts", "tools/launch.ts", "tools/fast_check.ts"];
  for (const path of [...needed, ...started, "deno.json"]) assert(!isIgnored(path), path);
  assert(isIgnored("tests/cli/args/command_line_test.ts") && isIgnored("dist/teredo"));
});

/** As engines read the file: the last pattern that fits counts. */
function isIgnored(path: string): boolean {
  let answer = false;
  for (const line of ignored.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const pattern = line.replace(/^!/, "");
    if (path === pattern || path.startsWith(`${pattern}/`)) answer = !line.startsWith("!");
  }
  return answer;
}
