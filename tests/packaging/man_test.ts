/** The manual pages, as `man` reads them. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../cli.ts";
import { EXIT_CODE_MEANINGS } from "../../cli/process/exit_code.ts";
import { flagOf } from "../../cli/args/spelling.ts";
import { manDirectory, manPages } from "../../packaging/man.ts";
import { escape } from "../../packaging/roff.ts";
import { requires } from "../capabilities.ts";

const needs = requires("linux", "man");

/** A page for a terminal of 100 columns, and what `man` has to say about its source. */
async function render(text: string): Promise<{ page: string; warnings: string }> {
  const file = await Deno.makeTempFile({ suffix: ".8" });
  try {
    await Deno.writeTextFile(file, text);
    const { stdout, stderr } = await new Deno.Command("man", {
      args: ["--warnings", "--encoding=UTF-8", "--local-file", file],
      env: { LC_ALL: "C.UTF-8", MANROFFSEQ: "", MANWIDTH: "100", MANPAGER: "cat" },
    }).output();
    const decoder = new TextDecoder();
    return { page: decoder.decode(stdout), warnings: decoder.decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}

for (const { name, text } of manPages()) {
  Deno.test(`man: ${name} can be read by a troff that knows ASCII only`, () => {
    assertEquals(text.match(/[^ -~\n]/g), null);
  });

  Deno.test({
    name: needs.title(`man: ${name} renders without a warning`),
    ignore: needs.ignore,
    fn: async () => {
      const { page, warnings } = await render(text);
      assertEquals(warnings, "");
      assertStringIncludes(page, "NAME");
    },
  });
}

Deno.test({
  name: needs.title("man: teredo.8 has every command, option, example and exit code"),
  ignore: needs.ignore,
  fn: async () => {
    const { page } = await render(manPages().find(({ name }) => name === "teredo.8")!.text);
    // Lines are filled, and words may be hyphenated at their ends.
    const flat = page.replace(/‐\n\s*/g, "").replace(/\s+/g, " ");
    for (const { name, summary, details, options, examples } of COMMANDS) {
      assertStringIncludes(flat, ` teredo ${name} ${summary}. `);
      for (const paragraph of details) assertStringIncludes(flat, paragraph);
      for (const [property, option] of Object.entries(options)) {
        assertStringIncludes(flat, `${flagOf(property, option)} `);
        assertStringIncludes(flat, option.help);
        if (option.fallbackText) assertStringIncludes(flat, `default: ${option.fallbackText}`);
      }
      for (const { line, does } of examples) {
        assertStringIncludes(flat, `${does}: teredo ${line} `);
      }
    }
    for (const [code, meaning] of Object.entries(EXIT_CODE_MEANINGS)) {
      assertStringIncludes(flat, `${code} ${meaning}.`);
    }
  },
});

Deno.test("man: nothing in a text is taken for a macro", () => {
  assertEquals(escape(".yaml and 'quotes'"), "\\&.yaml and 'quotes'");
  assertEquals(escape("'quotes'"), "\\&'quotes'");
  assertEquals(escape("C:\\x --port ~ ^"), "C:\\ex \\-\\-port \\(ti \\(ha");
});

Deno.test("man: a page belongs into the directory of its section", () => {
  assertEquals(manDirectory({ name: "teredo.yaml.5", text: "" }), "man5");
});
