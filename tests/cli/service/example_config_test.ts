/** The example configurations: each setting is explained, and correct. */
import { assertEquals, assertMatch } from "@std/assert";
import { COMMANDS } from "../../../cli.ts";
import { configKeys, parseConfig } from "../../../cli/args/sources/config_file.ts";
import { exampleConfig, exampleLine, roles } from "../../../cli/service/example_config.ts";

Deno.test("examples: those of client, server and relay", () => {
  assertEquals(roles(COMMANDS).map(({ name }) => name), ["client", "server", "relay"]);
});

for (const role of roles(COMMANDS)) {
  const file = `${role.name}.yaml`;

  Deno.test(`examples: ${file} changes nothing as it is`, () => {
    assertEquals(parseConfig(role, exampleConfig(role), file).size, 0);
  });

  for (const [key, [property, option]] of configKeys(role)) {
    Deno.test(`examples: ${file} has ${key}, explained and with its default`, () => {
      const line = exampleLine(property, option);
      assertMatch(exampleConfig(role), new RegExp(`\n# .*\n#${escape(line)}\n`));
      const setting = parseConfig(role, line, file).get(property);
      if (option.fallback !== undefined) assertEquals(setting?.value, option.fallback);
    });
  }
}

function escape(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}
