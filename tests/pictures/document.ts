/**
 * Writing `docs/terminal.md`.
 *
 * @module
 */

import { HELP, type Picture, REPORTS } from "./pictures.ts";

/** Columns of the terminal in the document. */
const WIDTH = 80;

/** The whole document. The same code makes the same text. */
export function writePictures(): string {
  return [
    "<!-- deno-fmt-ignore-file -->",
    "<!-- Written by `deno task pictures`; changes made here by hand are lost. -->",
    "",
    "# In a terminal",
    "",
    "What the program shows in a terminal of 80 columns. It uses the width of the terminal, up to 100 columns for text to",
    "read; `COLUMNS` overrules it, and a file or pipe counts as 80. Addresses and numbers are examples.",
    "[Operating](operating.md) says what to do with it.",
    "",
    ...section("Help", HELP.slice(0, 1)),
    "`teredo COMMAND --help` lists the options of a command.",
    "",
    ...section("State: teredo status", REPORTS.filter(({ command }) => /status/.test(command))),
    ...section(
      "Servers and NAT: teredo probe",
      REPORTS.filter(({ command }) => /probe/.test(command)),
    ),
    ...section("A peer: teredo ping", REPORTS.filter(({ command }) => /ping/.test(command))),
    ...section(
      "Everything: teredo diagnose",
      REPORTS.filter(({ command }) => /diagnose/.test(command)),
    ),
  ].join("\n");
}

function section(title: string, pictures: readonly Picture[]): string[] {
  return [`## ${title}`, "", ...pictures.flatMap(figure)];
}

function figure({ command, when, draw }: Picture): string[] {
  const caption = when === "" ? [] : [`${when}:`, ""];
  return [...caption, "```text", `$ ${command}`, draw(WIDTH).trimEnd(), "```", ""];
}
