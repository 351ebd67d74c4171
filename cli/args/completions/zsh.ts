/**
 * Completion for zsh: a file `_teredo` in `$fpath`, or sourced.
 *
 * @module
 */

import { singleQuoted } from "../../text/shell_word.ts";
import { type Completion, type Flag, PROGRAM_FLAGS, type Value } from "./completion_table.ts";

/** The completion script for zsh. */
export function zshCompletion(commands: readonly Completion[]): string {
  return `\
#compdef teredo
# zsh completion for teredo, written by "teredo completions zsh"

_teredo() {
  local curcontext=$curcontext state state_descr line ret=1
  typeset -A opt_args
  _arguments -C \\
${PROGRAM_FLAGS.map((flag) => `    ${flagSpec(flag)} \\\n`).join("")}\
    '1:command:->command' \\
    '*:: :->rest' && ret=0
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, summary }) => `        ${singleQuoted(`${name}:${summary}`)}\n`).join("")}\
      )
      _describe -t commands command commands && ret=0
      ;;
    rest)
      case $line[1] in
${commands.map(commandCase).join("\n")}
      esac
      ;;
  esac
  return ret
}

# Called as a function of $fpath, it completes at once; sourced, it says what it completes.
if [[ $funcstack[1] == _teredo ]]; then
  _teredo "$@"
else
  compdef _teredo teredo
fi
`;
}

function commandCase({ name, flags, positional }: Completion): string {
  const specs = flags.flatMap((flag) => [flagSpec(flag), ...letterSpec(flag)]);
  if (positional) {
    specs.push(singleQuoted(`${positional.isRepeated ? "*" : "1"}${valueSpec(positional)}`));
  }
  return [
    `        ${name})`,
    `          _arguments -S \\`,
    `${specs.map((spec) => `            ${spec}`).join(" \\\n")} && ret=0`,
    `          ;;`,
  ].join("\n");
}

function flagSpec({ flag, letter, help, value }: Flag): string {
  const description = descriptionOf(help);
  if (value !== undefined) {
    const other = letter === undefined ? "" : `(-${letter})`;
    return singleQuoted(`${other}${flag}=${description}${valueSpec(value)}`);
  }
  // Help and version stand alone.
  const standsAlone = PROGRAM_FLAGS.some((each) => each.flag === flag);
  return singleQuoted(`${standsAlone ? "(- *)" : ""}${flag}${description}`);
}

/** The same for the letter of an option with a value; only one of them may be given. */
function letterSpec({ flag, letter, help, value }: Flag): string[] {
  if (letter === undefined || value === undefined) return [];
  return [singleQuoted(`(${flag})-${letter}+${descriptionOf(help)}${valueSpec(value)}`)];
}

function descriptionOf(help: string): string {
  return `[${help.replace(/[\\\]]/g, "\\$&")}]`;
}

/** `:message:action`. */
function valueSpec({ placeholder, suggestions }: Value): string {
  const message = placeholder.replaceAll(":", "\\:");
  return `:${message}:${actionOf(suggestions)}`;
}

function actionOf(suggestions: Value["suggestions"]): string {
  if (suggestions === undefined) return " ";
  return suggestions === "files" ? "_files" : `(${suggestions.join(" ")})`;
}
