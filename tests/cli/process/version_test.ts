import { assertEquals, assertMatch } from "@std/assert";
import { USES_STAND_INS } from "../../../cli/process/uses_stand_ins.ts";
import { commandLine, type Imports } from "../../../tools/launch.ts";

const ROOT = new URL("../../../", import.meta.url);

/** What a program prints as its version if its imports come from there. */
async function versionWith(imports: Imports): Promise<string> {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      script,
      `import { versionText } from "${new URL("cli/process/version.ts", ROOT).href}";\n` +
        `console.log(versionText());\n`,
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: commandLine(["run", "--config", "deno.json", script], imports),
      cwd: ROOT,
    }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(script);
  }
}

Deno.test("version: a build with stand-ins for @std says so, and one with the real packages doesn't", async () => {
  assertMatch(await versionWith("jsr"), /^teredo \S+ \(Deno \S+, \w+ \w+\)\n/);
  assertMatch(
    await versionWith("offline"),
    /^teredo \S+ \(Deno \S+, \w+ \w+; built with stand-ins for @std\)\n/,
  );
});

Deno.test("version: these tests run with what they believe", () => {
  assertEquals(USES_STAND_INS, !import.meta.resolve("@std/yaml").startsWith("jsr:"));
});
