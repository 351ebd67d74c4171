/**
 * Completion for bash 3.2 (which macOS has) and later; it does not need the package
 * bash-completion.
 *
 * @module
 */

import {
  type Completion,
  type Flag,
  FLAGS_BEFORE_COMMAND,
  PROGRAM_FLAGS,
} from "./completion_table.ts";

/** The completion script for bash. */
export function bashCompletion(commands: readonly Completion[]): string {
  const names = commands.map(({ name }) => name);
  const first = [...names, ...PROGRAM_FLAGS.map(({ flag }) => flag)].join(" ");
  return `\
# bash completion for teredo, written by "teredo completions bash"

_teredo() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local words="" word
  COMPREPLY=()
  # What is typed as --option=value arrives as three words.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  # A command may follow options.
  local at=1
  while ((at < COMP_CWORD)) && [[ " ${
    FLAGS_BEFORE_COMMAND.join(" ")
  } " == *" \${COMP_WORDS[at]} "* ]]; do
    if [[ \${COMP_WORDS[at + 1]} == "=" ]]; then at=$((at + 3)); else at=$((at + 2)); fi
  done
  if ((COMP_CWORD == at)); then
    words="${first}"
  elif ((COMP_CWORD < at)); then
    case $previous in
${valueLines(PROGRAM_FLAGS, "      ")}
    esac
  else
    case \${COMP_WORDS[at]} in
${commands.map(commandCase).join("\n")}
    esac
  fi
  if [[ $words == "<files>" ]]; then
    # Before bash 4, names of directories get no slash.
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  else
    while IFS= read -r word; do
      # An option may be given once.
      [[ $word == -* && " \${COMP_WORDS[*]:1:COMP_CWORD-1} " == *" $word "* ]] || COMPREPLY+=("$word")
    done < <(compgen -W "$words" -- "$current")
  fi
}

complete -F _teredo teredo
`;
}

function commandCase({ name, flags, positional }: Completion): string {
  const all = flags.map(({ flag }) => flag).join(" ");
  const otherwise = positional?.suggestions === undefined ? [`          *) words="${all}" ;;`] : [
    `          *)`,
    `            words="${wordsOf(positional.suggestions)}"`,
    `            [[ $current == -* ]] && words="${all}"`,
    `            ;;`,
  ];
  return [
    `      ${name})`,
    `        case $previous in`,
    ...flags.some(({ value }) => value) ? [valueLines(flags, "          ")] : [],
    ...otherwise,
    `        esac`,
    `        ;;`,
  ].join("\n");
}

/** The cases of options with a value. */
function valueLines(flags: readonly Flag[], indent: string): string {
  return [...valueCases(flags)].map(([words, options]) =>
    `${indent}${options.join(" | ")}) words="${words}" ;;`
  ).join("\n");
}

/** Suggestions, with the options that they follow. */
function valueCases(flags: readonly Flag[]): Map<string, string[]> {
  const cases = new Map<string, string[]>();
  for (const { flag, letter, value } of flags) {
    if (value === undefined) continue;
    const words = wordsOf(value.suggestions);
    const names = letter === undefined ? [flag] : [`-${letter}`, flag];
    cases.set(words, [...cases.get(words) ?? [], ...names]);
  }
  return cases;
}

function wordsOf(suggestions: readonly string[] | "files" | undefined): string {
  if (suggestions === "files") return "<files>";
  return suggestions?.join(" ") ?? "";
}
