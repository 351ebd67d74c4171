/**
 * `teredo completions`.
 *
 * @module
 */

import { type Command, command } from "../args/command.ts";
import { bashCompletion } from "../args/completions/bash.ts";
import { type Completion, completionTable } from "../args/completions/completion_table.ts";
import { fishCompletion } from "../args/completions/fish.ts";
import { zshCompletion } from "../args/completions/zsh.ts";
import { oneOf } from "../args/kinds/value_kind.ts";

/** What writes the script for each shell. */
const WRITERS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} satisfies Record<string, (commands: readonly Completion[]) => string>;

/** A shell for which there is a script. */
export type Shell = keyof typeof WRITERS;

/** Every shell for which there is a script. */
const SHELLS: readonly Shell[] = Object.keys(WRITERS) as Shell[];

/** What `teredo completions SHELL` prints. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  return WRITERS[shell](completionTable(commands));
}

/** Makes the command. It is itself in the table of commands, and so gets that only when it runs. */
export function completions(commands: () => readonly Command[]): Command {
  return command({
    name: "completions",
    summary: "Print a completion script for bash, zsh or fish",
    details: ["Packages install these scripts; this is for hosts without a package."],
    positional: {
      kind: oneOf("SHELL", SHELLS),
      help: `Shell: ${SHELLS.join(", ")}`,
      isRequired: true,
    },
    options: {},
    examples: [
      {
        line: "completions bash",
        does: "For bash: save as ~/.local/share/bash-completion/completions/teredo",
      },
      { line: "completions zsh", does: "For zsh: save as _teredo in a directory of $fpath" },
      {
        line: "completions fish",
        does: "For fish: save as ~/.config/fish/completions/teredo.fish",
      },
    ],
    run(_options, [shell], { print }) {
      print(completionScript(shell as Shell, commands()));
    },
  });
}
