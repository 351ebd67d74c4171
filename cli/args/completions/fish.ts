/**
 * Completion for fish.
 *
 * @module
 */

import { singleQuoted } from "../../text/shell_word.ts";
import {
  type Completion,
  type Flag,
  FLAGS_BEFORE_COMMAND,
  PROGRAM_FLAGS,
  type Value,
} from "./completion_table.ts";

/** The condition that there is no command yet. */
const NO_COMMAND = "__teredo_command_is";

/** The completion script for fish. */
export function fishCompletion(commands: readonly Completion[]): string {
  return `\
# fish completion for teredo, written by "teredo completions fish"

# Whether the command is the one of that name; without a name, whether there is none yet.
function __teredo_command_is
    set -l words (commandline -opc)
    # A command may follow options.
    while contains -- (string replace -r '=.*' '' -- "$words[2]") ${FLAGS_BEFORE_COMMAND.join(" ")}
        string match -q '*=*' -- "$words[2]"; or set -e words[2]
        set -e words[2]
    end
    test "$words[2]" = "$argv[1]"
end

complete -c teredo -f
${PROGRAM_FLAGS.map((flag) => flagLine(NO_COMMAND, flag)).join("\n")}
${commands.map(({ name, summary }) => line(NO_COMMAND, `-a ${name}`, summary)).join("\n")}
${commands.map(commandLines).join("\n")}
`;
}

function commandLines({ name, flags, positional }: Completion): string {
  const condition = `${NO_COMMAND} ${name}`;
  const lines = flags.map((flag) => flagLine(condition, flag));
  const { suggestions } = positional ?? {};
  if (suggestions === "files") lines.push(line(condition, "-F"));
  else if (suggestions) lines.push(line(condition, `-a ${singleQuoted(suggestions.join(" "))}`));
  return ["", ...lines].join("\n");
}

function flagLine(condition: string, { flag, letter, help, value }: Flag): string {
  const words = [`-l ${flag.slice(2)}`];
  if (letter !== undefined) words.unshift(`-s ${letter}`);
  if (value !== undefined) words.push(valueWords(value));
  return line(condition, words.join(" "), help);
}

function valueWords({ suggestions }: Value): string {
  if (suggestions === undefined) return "-x";
  return suggestions === "files" ? "-r -F" : `-x -a ${singleQuoted(suggestions.join(" "))}`;
}

function line(condition: string, what: string, description?: string): string {
  const words = ["complete -c teredo", `-n ${singleQuoted(condition)}`, what];
  if (description !== undefined) words.push(`-d ${fishQuoted(description)}`);
  return words.join(" ");
}

/** Within single quotes, fish reads backslashes before quotes and other backslashes. */
function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
