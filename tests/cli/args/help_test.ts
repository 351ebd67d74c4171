import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../../cli.ts";
import { flagOf } from "../../../cli/args/spelling.ts";
import { parseCommandLine } from "../../../cli/args/command_line.ts";
import { run, runIn } from "../recording.ts";

Deno.test("help: teredo --help names every command, on the standard output", async () => {
  for (const flag of ["--help", "-h", "help", "help help", "help --help", "help -h"]) {
    const { code, stdout, stderr } = await run(...flag.split(" "));
    assertEquals([code, stderr], [0, ""]);
    for (const { name, summary } of COMMANDS) {
      assertStringIncludes(stdout, `  ${name} `);
      assertStringIncludes(unwrapped(stdout), summary);
    }
  }
});

Deno.test("help: --version prints version and platform", async () => {
  for (const flag of ["--version", "-V"]) {
    const { code, stdout } = await run(...flag.split(" "));
    assertEquals(code, 0);
    assertMatch(stdout, /^teredo \d+\.\d+\.\d+ \(Deno \S+, \w+ \w+(?:; .*)?\)\n$/);
  }
});

for (const width of [60, 80, 200]) {
  Deno.test(`help: teredo --help fits a terminal of ${width} columns`, async () => {
    const { stdout } = await runIn({ width }, "--help");
    for (const line of stdout.split("\n")) assert(line.length <= Math.min(width, 100), line);
    const { stderr } = await runIn({ width: 80, errorWidth: width });
    assertEquals(stderr, stdout);
  });
}

Deno.test("help: an error fits the terminal, and has one line where there is none", async () => {
  const args = ["client", "--interface", "ter%d", "teredo.example"];
  const { stderr } = await runIn({ errorWidth: 60 }, ...args);
  const lines = stderr.trimEnd().split("\n");
  assertEquals(lines.filter((line) => line.length > 60), []);
  assert(lines.length > 2);
  assertEquals((await run(...args)).stderr.trimEnd().split("\n").length, 2);
  assertEquals(unwrapped(stderr), unwrapped((await run(...args)).stderr));
});

for (const command of COMMANDS) {
  const { name, options, examples } = command;

  Deno.test(`help: teredo ${name} --help covers each option and its default`, async () => {
    const { code, stdout, stderr } = await run(name, "--help");
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `Usage: teredo ${name}`);
    assertEquals((await run("help", name)).stdout, stdout);
    const text = unwrapped(stdout);
    for (const [property, option] of Object.entries(options)) {
      const letter = option.letter === undefined ? "" : `-${option.letter}, `;
      assertStringIncludes(stdout, `  ${letter}${flagOf(property, option)}`);
      assertStringIncludes(text, option.help);
      if (option.fallbackText) assertStringIncludes(text, `default: ${option.fallbackText}`);
    }
  });

  for (const width of [60, 80, 200]) {
    Deno.test(`help: teredo ${name} --help fits a terminal of ${width} columns`, async () => {
      const { stdout } = await runIn({ width }, name, "--help");
      for (const line of stdout.split("\n")) assert(line.length <= Math.min(width, 100), line);
      const words = (text: string) => text.split(/[\s\\]+/);
      assertEquals(words(stdout), words((await runIn({ width: 100 }, name, "--help")).stdout));
    });
  }

  Deno.test(`help: the examples of teredo ${name} are right`, () => {
    assert(examples.length > 0);
    for (const { line } of examples) {
      const [first, ...args] = line.split(" ");
      assertEquals(first, name);
      assertEquals(parseCommandLine(command, args).type, "run");
    }
  });

  Deno.test(`help: teredo ${name} --help helps although something is missing`, async () => {
    const { code } = await run(name, "-h", "surplus", "arguments");
    assertEquals(code, 0);
  });
}

/** Text without its line breaks. */
function unwrapped(text: string): string {
  return text.replace(/\s+/g, " ");
}
