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

/** The shells, with what writes for them. */
const WRITERS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} satisfies Record<string, (commands: readonly Completion[]) => string>;

/** A shell that can be completed for. */
export type Shell = keyof typeof WRITERS;

/** Every shell that can be completed for. */
export const SHELLS: readonly Shell[] = Object.keys(WRITERS) as Shell[];

/** What `teredo completions SHELL` prints. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  return WRITERS[shell](completionTable(commands));
}

/** Makes the command; it is in the table of which it tells, so that it asks for that when it runs. */
export function completions(commands: () => readonly Command[]): Command {
  return command({
    name: "completions",
    summary: "Print a script that lets a shell complete commands, options and their values",
    details: ["Packages bring these scripts along; this is for where there is none."],
    positional: {
      kind: oneOf("SHELL", SHELLS),
      help: `The shell, one of ${SHELLS.join(", ")}`,
      isRequired: true,
    },
    options: {},
    examples: [
      {
        line: "completions bash",
        does: "For bash: put it into ~/.local/share/bash-completion/completions/teredo",
      },
      { line: "completions zsh", does: "For zsh: put it into a directory of $fpath, as _teredo" },
      {
        line: "completions fish",
        does: "For fish: put it into ~/.config/fish/completions/teredo.fish",
      },
    ],
    run(_options, [shell], { print }) {
      print(completionScript(shell as Shell, commands()));
    },
  });
}
