/**
 * The manual page `teredo.yaml(5)`, generated from the table of commands in the macros of man(7).
 *
 * @module
 */

import type { Command } from "../cli/args/command.ts";
import { configKeys } from "../cli/args/sources/config_file.ts";
import { variableName } from "../cli/args/spelling.ts";
import { optionNotes } from "../cli/args/help.ts";
import type { Option } from "../cli/args/option.ts";
import { exampleConfig, exampleLine, roles } from "../cli/service/example_config.ts";
import { escape, item, type Lines, paragraphs, quote, title } from "./roff.ts";

/** The page, in the source of `man`. */
export function yamlPage(commands: readonly Command[], version: string): string {
  return [
    ...title("TEREDO.YAML", 5, version),
    ".SH NAME",
    "teredo.yaml \\- configuration of a Teredo client, server or relay",
    ".SH SYNOPSIS",
    ...roles(commands).flatMap(({ name }, i) => [
      ...i === 0 ? [] : [".br"],
      `.I ${escape(`/etc/teredo/${name}.yaml`)}`,
    ]),
    ".SH DESCRIPTION",
    ...paragraphs([
      "Each role of teredo(8) reads its own file if it exists, or the one that --config or TEREDO_CONFIG names. The file is YAML: one mapping, whose keys are the names of the role's options without their dashes. Switches are true or false. If an option takes several values, you can write a list, or a text with commas.",
      "The command line wins over the environment, the environment over the file, and the file over the defaults. A key that is unknown or repeated, or a value of the wrong kind, ends the role with exit code 78 and a message with the line. The command teredo check shows the same without starting anything.",
      "On SIGHUP a role reads its file again. Settings that can change without losing the address change immediately: the log level; a client's servers, default route and hook; a server's secrets, mtu, limits, require-nonce and accept-port-mismatch. The log says what changed, and what needs a restart. If the file contains a mistake, nothing changes.",
    ]),
    ".SH SETTINGS",
    ...roles(commands).flatMap(describe),
    ".SH EXAMPLES",
    ...roles(commands).slice(0, 1).flatMap((role) => [
      `The file that a package installs for teredo ${role.name} starts like this:`,
      ".PP",
      ".RS",
      ".EX",
      ...exampleConfig(role).split("\n").slice(0, 10).map(escape),
      ".EE",
      ".RE",
    ]),
    ".SH SEE ALSO",
    ".BR teredo (8)",
    "",
  ].join("\n");
}

function describe(command: Command): Lines {
  return [
    `.SS ${quote(`${command.name}.yaml`)}`,
    ...Array.from(configKeys(command).values()).flatMap(([property, option]) =>
      item(`.B ${quote(exampleLine(property, option))}`, explain(property, option))
    ),
  ];
}

function explain(property: string, option: Option<unknown>): string {
  const notes = optionNotes(property, option).filter((note) =>
    !note.startsWith(variableName(property))
  );
  if (option.kind === undefined) notes.push(`default: ${option.fallback}`);
  else if (option.fallback === undefined) notes.unshift(option.kind.expected);
  return `${option.settingHelp ?? option.help} (${notes.join("; ")}).`;
}
