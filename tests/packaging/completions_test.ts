/** Completions in the shells themselves. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../cli.ts";
import { completionScript, type Shell } from "../../cli/commands/completions.ts";
import { PROGRAM_OPTIONS } from "../../cli/args/program_options.ts";
import { completionTable } from "../../cli/args/completions/completion_table.ts";
import { requires } from "../capabilities.ts";
import { run } from "../cli/recording.ts";

const TABLE = completionTable(COMMANDS);
const NAMES = TABLE.map(({ name }) => name);
const PROGRAM_NAMES = PROGRAM_OPTIONS.map(({ flag }) => flag);
const PROGRAM_LETTERS = PROGRAM_OPTIONS.flatMap(({ letter }) => letter ? [`-${letter}`] : []);

/** The files beside this one in which a shell answers. */
const HARNESSES: Readonly<Record<Shell, string>> = {
  bash: "complete.bash",
  zsh: "complete.zsh",
  fish: "complete.fish",
};

/** Longer than a shell takes for all lines, in milliseconds. */
const TIMEOUT = 30_000;

/** What a shell offers at the end of each line, without descriptions, sorted. */
async function complete(shell: Shell, lines: readonly string[]): Promise<string[][]> {
  // Only our files say what is completed, not the user's; and shells write into their home.
  const home = await Deno.makeTempDir();
  const script = `${home}/script.${shell}`;
  try {
    await Deno.writeTextFile(script, completionScript(shell, COMMANDS));
    const { code, stdout, stderr } = await new Deno.Command(shell, {
      args: [new URL(HARNESSES[shell], import.meta.url).pathname, script, ...lines],
      env: { HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, LC_ALL: "C.UTF-8" },
      stdin: "null",
      signal: AbortSignal.timeout(TIMEOUT),
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return answersIn(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Words, one a line, with a full stop behind each answer. */
function answersIn(output: string): string[][] {
  const answers: string[][] = [];
  let words: string[] = [];
  for (const line of output.split("\n")) {
    if (line === ".") {
      answers.push(words.sort());
      words = [];
    } else {
      words.push(line.split("\t")[0]!);
    }
  }
  return answers;
}

/** Asks line by line, and compares all at once. */
async function assertCompletes(
  shell: Shell,
  expected: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const lines = [...expected.keys()];
  const answers = await complete(shell, lines);
  assertEquals(
    Object.fromEntries(lines.map((line, i) => [line, answers[i]])),
    Object.fromEntries(Array.from(expected, ([line, words]) => [line, words.toSorted()])),
  );
}

for (const shell of ["bash", "zsh", "fish"] as const) {
  const needs = requires(shell);
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: needs.title(`completions: ${shell} ${name}`), ignore: needs.ignore, fn });

  test("offers the commands", async () => {
    await assertCompletes(
      shell,
      new Map([
        ["teredo ", shell === "bash" ? [...NAMES, ...PROGRAM_NAMES] : NAMES],
        ["teredo -", shell === "fish" ? [...PROGRAM_NAMES, ...PROGRAM_LETTERS] : PROGRAM_NAMES],
        ["teredo cli", ["client"]],
        ["teredo --v", ["--version"]],
        ["teredo nonsense ", []],
        ["teredo help ", COMMANDS.map(({ name }) => name)],
      ]),
    );
  });

  test("offers each command's options", async () => {
    const expected = TABLE.map(({ name, flags }) =>
      [`teredo ${name} --`, flags.map(({ flag }) => flag)] as const
    );
    await assertCompletes(shell, new Map(expected));
  });

  test("offers the words that an option takes, and nothing where any value may stand", async () => {
    const expected = new Map<string, readonly string[]>();
    for (const { name, flags } of TABLE) {
      for (const { flag, letter, value } of flags) {
        if (value === undefined || value.suggestions === "files") continue;
        expected.set(`teredo ${name} ${flag} `, value.suggestions ?? []);
        if (letter) expected.set(`teredo ${name} -${letter} `, value.suggestions ?? []);
      }
    }
    assert(expected.has("teredo client --log-level ") && expected.has("teredo ping -c "));
    await assertCompletes(shell, expected);
  });

  test("offers the words of --option=value", async () => {
    const word = shell === "fish" ? "--log-level=debug" : "debug";
    await assertCompletes(shell, new Map([["teredo relay --log-level=de", [word]]]));
  });

  test("offers the words that a command takes", async () => {
    await assertCompletes(shell, new Map([["teredo completions ", ["bash", "fish", "zsh"]]]));
  });

  test("offers files where an option takes one", async () => {
    const directory = await Deno.makeTempDir();
    try {
      const file = `${directory}/trace.pcap`;
      await Deno.writeTextFile(file, "");
      const [answer] = await complete(shell, [`teredo client --pcap ${directory}/tr`]);
      // zsh offers the part behind the last slash.
      assertEquals(answer, [shell === "zsh" ? "trace.pcap" : file]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });

  test("offers files and commands behind an option of the program", async () => {
    const directory = await Deno.makeTempDir();
    try {
      const file = `${directory}/teredo.log`;
      await Deno.writeTextFile(file, "");
      const { flags } = TABLE.find(({ name }) => name === "ping")!;
      const all = flags.map(({ flag }) => flag);
      const files = shell === "zsh" ? ["teredo.log"] : [file];
      const expected = new Map([[`teredo --log-file ${directory}/te`, files]]);
      for (const option of ["--log-file /tmp/client", "--log-file=/tmp/client"]) {
        expected.set(`teredo ${option} cli`, ["client"]);
        expected.set(`teredo ${option} ping --`, all);
        expected.set(`teredo ${option} completions `, ["bash", "fish", "zsh"]);
      }
      await assertCompletes(shell, expected);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });

  test("names in another command's place mean nothing", async () => {
    const { flags } = TABLE.find(({ name }) => name === "probe")!;
    const all = flags.map(({ flag }) => flag);
    await assertCompletes(shell, new Map([["teredo probe client --", all]]));
  });
}

for (const shell of ["bash", "zsh"] as const) {
  const needs = requires(shell);
  Deno.test({
    name: needs.title(`completions: ${shell} offers no option a second time`),
    ignore: needs.ignore,
    fn: async () => {
      const [answer] = await complete(shell, ["teredo relay --udp deno --host-only --"]);
      assert(answer!.includes("--offload"));
      assertEquals(answer!.filter((word) => ["--udp", "--host-only"].includes(word)), []);
    },
  });
}

const shellcheck = requires("shellcheck");
Deno.test({
  name: shellcheck.title("completions: shellcheck finds nothing in bash's"),
  ignore: shellcheck.ignore,
  fn: async () => {
    const file = await Deno.makeTempFile({ suffix: ".bash" });
    try {
      await Deno.writeTextFile(file, completionScript("bash", COMMANDS));
      const { stdout } = await new Deno.Command("shellcheck", { args: ["--shell=bash", file] })
        .output();
      assertEquals(new TextDecoder().decode(stdout), "");
    } finally {
      await Deno.remove(file);
    }
  },
});

Deno.test("completions: the command prints the script of a shell, and refuses others", async () => {
  const { code, stdout } = await run("completions", "fish");
  assertEquals([code, stdout], [0, completionScript("fish", COMMANDS)]);
  const refused = await run("completions", "csh");
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, 'SHELL needs one of bash, zsh, fish, not "csh"');
});
