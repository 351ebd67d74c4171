/** The example configurations: written from the table, explained line by line, and right. */
import { assertEquals, assertMatch } from "@std/assert";
import { COMMANDS } from "../../cli.ts";
import { configKeys, parseConfig } from "../../cli/args/sources/config_file.ts";
import { exampleConfig, exampleLine, roles } from "../../packaging/example_config.ts";

const ETC = new URL("../../packaging/etc/", import.meta.url);

Deno.test("examples: those of client, server and relay", () => {
  assertEquals(roles(COMMANDS).map(({ name }) => name), ["client", "server", "relay"]);
});

for (const role of roles(COMMANDS)) {
  const file = `${role.name}.yaml`;

  Deno.test(`examples: ${file} is what "deno task examples" writes`, async () => {
    assertEquals(await Deno.readTextFile(new URL(file, ETC)), exampleConfig(role));
  });

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
