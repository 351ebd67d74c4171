/** Every task that takes options tells them. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { denoRun } from "../netns/deno_run.ts";

const ROOT = new URL("../../", import.meta.url);

/** The tasks that run a program which reads its command line, and that program. */
function tasksWithOptions(): [name: string, program: string][] {
  return Object.entries(config.tasks).flatMap(([name, command]) => {
    const [, program] = / run -A (?:--no-config )?((?!tools\/launch)\S+\.ts)$/.exec(command) ?? [];
    // Our own program has its own tests.
    if (program === undefined || program === "cli.ts") return [];
    const source = Deno.readTextFileSync(new URL(program, ROOT));
    return /\bDeno\.args\b|\breadTaskLine\(/.test(source) ? [[name, program]] : [];
  });
}

async function run(program: string, option: string) {
  const [command, ...args] = denoRun(program);
  const { code, stdout, stderr } = await new Deno.Command(command!, {
    args: [...args, option],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("task lines: those of all tasks with options are tested", () => {
  const names = tasksWithOptions().map(([name]) => name);
  for (const name of ["demo", "faults", "fuzz", "compile", "release", "soak", "worlds"]) {
    assertStringIncludes(names.join(" "), name);
  }
});

for (const [name, program] of tasksWithOptions()) {
  Deno.test(`task ${name}: --help prints the usage, and so does an unknown option`, async () => {
    const usage = `Usage: deno task ${name} [`;
    const help = await run(program, "--help");
    assertEquals([help.code, help.stderr], [0, ""]);
    assertStringIncludes(help.stdout, usage);
    const mistake = await run(program, "--no-such-option");
    assertEquals([mistake.code, mistake.stdout], [2, ""], mistake.stderr);
    assertStringIncludes(mistake.stderr, "--no-such-option");
    assertStringIncludes(mistake.stderr, usage);
  });
}
