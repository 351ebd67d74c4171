// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Writes the manual pages:
 *
 *     deno task man                into dist/man
 *     deno task man --output DIR
 *
 * @module
 */

import { COMMANDS } from "../cli.ts";
import manifest from "../deno.json" with { type: "json" };
import { readTaskLine } from "../tools/task_line.ts";
import { manPage } from "./man_page.ts";
import { yamlPage } from "./yaml_page.ts";

/** A manual page. */
interface Page {
  /** The file's name, which ends with the section: `teredo.8`. */
  readonly name: string;
  readonly text: string;
}

/** Every manual page. */
export function manPages(): Page[] {
  return [
    { name: "teredo.8", text: manPage(COMMANDS, manifest.version) },
    { name: "teredo.yaml.5", text: yamlPage(COMMANDS, manifest.version) },
  ];
}

/** Where a page is installed, below `/usr/share/man`. */
export function manDirectory({ name }: Page): string {
  return `man${name.slice(name.lastIndexOf(".") + 1)}`;
}

if (import.meta.main) {
  const { values: { output } } = readTaskLine("Usage: deno task man [--output DIRECTORY]", {
    output: { type: "string", default: "dist/man" },
  });
  await Deno.mkdir(output, { recursive: true });
  for (const { name, text } of manPages()) {
    await Deno.writeTextFile(`${output}/${name}`, text);
    console.log(`${output}/${name}`);
  }
}
