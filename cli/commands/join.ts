/**
 * `teredo join`.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";
import { type Command, command } from "../args/command.ts";
import { text } from "../args/kinds/value_kind.ts";
import { switchedOff } from "../args/option.ts";
import { setsNothing } from "../args/sources/settle_values.ts";
import { UsageError } from "../process/failure.ts";
import type { ProcessContext } from "../process/process_context.ts";
import { readSmallFile } from "../process/small_file.ts";
import { ALLOW_PRIVATE } from "./options/shared_options.ts";
import { systemFailure } from "../process/system_failure.ts";

/** How to start the client. */
const NEXT = platform.rights === "administrator"
  ? 'as administrator, "teredo client", or "teredo service install client" to run it at each boot'
  : '"sudo teredo client", or "sudo systemctl enable --now teredo-client" where the package is ' +
    "installed";

/** Makes the command, which writes the configuration of another. */
export function join(commands: () => readonly Command[]): Command {
  return command({
    name: "join",
    summary: "Configure this host's client with an invitation from a server's operator",
    details: [
      'Takes the line that "teredo invite" prints, and writes client.yaml and the file with the ' +
      'secret, which only its owner may read. After that, "teredo client" needs no options.',
      "Other users of this host can see command lines. If that matters, give the line in a file, " +
      'or "-" and the line on the standard input.',
    ],
    positional: {
      kind: text("INVITATION", "an invitation, teredo://IDENTIFIER:SECRET@HOST"),
      help: 'The line, a file with it, or "-" for the standard input',
      isRequired: true,
    },
    options: {
      replace: switchedOff("Replace the settings of client.yaml, and keep them in client.yaml.old"),
      allowPrivate: ALLOW_PRIVATE,
    },
    examples: [
      {
        line: "join teredo://alice:0123456789abcdef@teredo.example",
        does: "Use that server from now on",
      },
      { line: "join invitation.txt", does: "The same with the line in a file" },
    ],
    async run({ replace, allowPrivate }, [given], context) {
      const [{ parseInvitation }, { join }] = await Promise.all([
        import("../invitation/invitation.ts"),
        import("../invitation/join.ts"),
      ]);
      const invitation = parseInvitation(await lineOf(given!, context), allowPrivate);
      if (typeof invitation === "string") {
        throw new UsageError(`Cannot join with this invitation: ${invitation}`, "join");
      }
      // What is written is written to its end.
      context.takeSignals();
      const client = commands().find(({ name }) => name === "client")!;
      const { config, secretFile, kept } = await join(invitation, {
        folder: context.configFolder,
        replace,
        allowPrivate,
        setsNothing: (path) => setsNothing(client, path),
      });
      const before = kept.length === 0 ? "" : `; what they were before is in ${kept.join(" and ")}`;
      context.print(
        `Wrote ${config} for server ${invitation.host}, and ${secretFile}${before}.\n` +
          `Next: ${NEXT}\n`,
      );
    },
  });
}

/** The line itself, or what a file or the standard input says. */
async function lineOf(given: string, { readInput }: ProcessContext): Promise<string> {
  if (given === "-") return await readInput?.() ?? "";
  if (/^\s*teredo:/i.test(given)) return given;
  try {
    return readSmallFile(given);
  } catch (error) {
    // A line with a typo is told as that, and not repeated: it may hold a secret.
    if (isAbsent(error) && /@|^.{2,}:/.test(given)) return given;
    throw systemFailure(`Cannot read the invitation ${given}`, error);
  }
}

/** Whether there is no such file. On Windows, there can't be one if its name has a colon. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
