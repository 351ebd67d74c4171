import { assert, assertEquals, assertThrows } from "@std/assert";
import { keyLines, parseYaml } from "../../../../cli/args/sources/yaml.ts";
import { ConfigError } from "../../../../cli/process/failure.ts";
Deno.test("yaml: what aliases make of a short text is refused, with its line", () => {
  const laughs = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 30; i++) laughs.push(`a${i}: &a${i} [${`*a${i - 1 || ""}, `.repeat(9)}x]`);
  for (
    const [text, line] of [
      ["log-level: info\nserver: &a [*a]\n", 2],
      ["server: [[[[x]]]]\n", 1],
      [laughs.join("\n"), 4],
      [`a: &a [${"x, ".repeat(5_000)}x]\nb: &b [${"*a, ".repeat(5_000)}x]\n`, 2],
    ] as const
  ) {
    assertThrows(
      () => parseYaml(text, "file"),
      ConfigError,
      `Cannot use file:${line}: it has too many values`,
    );
  }
});

Deno.test("yaml: very many levels are refused, with their line", () => {
  const first = "port: 1\n";
  for (const level of ["[", "- ", "? ", "{a: "]) {
    for (const [before, line] of [["", 1], ["# none\n", 2], [`${first}server:\n  `, 3]] as const) {
      assertThrows(
        () => parseYaml(before + level.repeat(2 ** 20 / level.length), "file"),
        ConfigError,
        `Cannot use file:${line}`,
      );
    }
  }
  assertThrows(() => parseYaml("[".repeat(2 ** 20), "file"), ConfigError, "nested too deeply");
});

Deno.test("yaml: keys with very many blanks are read in no time", () => {
  const blanks = " ".repeat(300_000);
  for (
    const text of [`port${blanks}: 1`, `port${blanks}`, `{port${blanks}: 1}`, `"port"${blanks}x`]
  ) {
    const start = performance.now();
    keyLines(text);
    assert(performance.now() - start < 1_000);
  }
  assertEquals(keyLines(`port${blanks}: 1`), [{ key: "port", line: 1 }]);
});
