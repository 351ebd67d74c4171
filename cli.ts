/**
 * The program `teredo`: a Teredo server, client and more in one executable.
 *
 * @module
 */

import { toCliError, UsageError } from "./cli/process/failure.ts";
import type { Command } from "./cli/args/command.ts";
import { check } from "./cli/commands/check.ts";
import { client } from "./cli/commands/client.ts";
import { completions } from "./cli/commands/completions.ts";
import { decode } from "./cli/commands/decode.ts";
import { diagnose } from "./cli/commands/diagnose.ts";
import { invite } from "./cli/commands/invite.ts";
import { join } from "./cli/commands/join.ts";
import { ping } from "./cli/commands/ping.ts";
import { probe } from "./cli/commands/probe.ts";
import { relay } from "./cli/commands/relay.ts";
import { server } from "./cli/commands/server.ts";
import { service } from "./cli/commands/service.ts";
import { status } from "./cli/commands/status.ts";
import { ExitCode } from "./cli/process/exit_code.ts";
import { failureText, type WantedLog, wantedLog, warningText } from "./cli/args/failure_text.ts";
import { commandHelp, programHelp } from "./cli/args/help.ts";
import { flagOf } from "./cli/args/spelling.ts";
import { parseCommandLine } from "./cli/args/command_line.ts";
import { LOG_FILE, PROGRAM_OPTIONS } from "./cli/args/program_options.ts";
import { checkPreconditions } from "./cli/args/precondition.ts";
import { settleValues } from "./cli/args/sources/settle_values.ts";
import { logWarnings, strayWarnings } from "./cli/args/sources/stray_variables.ts";
import { suggest } from "./cli/args/suggest.ts";
import { type ProcessContext, processContext } from "./cli/process/process_context.ts";
import { logToFile } from "./cli/process/streams.ts";
import { versionText } from "./cli/process/version.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  client,
  server,
  relay,
  invite(() => COMMANDS),
  join(() => COMMANDS),
  probe,
  status,
  ping,
  diagnose,
  check(() => COMMANDS),
  decode,
  service(() => COMMANDS),
  completions(() => COMMANDS),
];

/** Runs the program with its arguments, and returns the exit code. */
export async function main(
  args: readonly string[],
  context: ProcessContext,
): Promise<ExitCode> {
  const called = COMMANDS.find(({ name }) => name === args[0]);
  const wanted = wantedLog(called, args, context);
  try {
    return await dispatch(args, context, wanted);
  } catch (error) {
    const failure = toCliError(error);
    context.printError(failureText(failure, wanted, context.errorWidth));
    return failure.exitCode;
  }
}

async function dispatch(
  args: readonly string[],
  context: ProcessContext,
  wanted: WantedLog,
): Promise<ExitCode> {
  const [first, ...rest] = args;
  if (first?.split("=")[0] === LOG_FILE.flag) return await runWithLogFile(first, rest, context);
  switch (first) {
    case undefined:
      context.printError(programHelp(COMMANDS, context.errorWidth ?? context.width));
      return ExitCode.USAGE;
    case "help":
      context.print(helpOn(rest, context.width));
      return ExitCode.OK;
    case "--help":
    case "-h":
      context.print(programHelp(COMMANDS, context.width));
      return ExitCode.OK;
    case "--version":
    case "-V":
      context.print(versionText());
      return ExitCode.OK;
  }
  const command = findCommand(first);
  const request = parseCommandLine(command, rest);
  if (request.type === "help") {
    context.print(commandHelp(command, context.width));
    return ExitCode.OK;
  }
  const read = () => settleValues(command, request.flags, context);
  const strays = "logLevel" in command.options ? strayWarnings(command, COMMANDS, context) : [];
  const { values, settings } = await read().catch((error) => {
    // The missing option may be the misspelled one.
    for (const each of strays) {
      context.printError(warningText(each, wanted, context.errorWidth));
    }
    throw error;
  });
  if ("logFormat" in values) wanted.isJson = values["logFormat"] === "json";
  if ("logLevel" in values) wanted.isDebug = values["logLevel"] === "debug";
  if (strays.length > 0) await logWarnings(strays, values, context);
  await checkPreconditions(await command.preconditions?.() ?? [], values, settings);
  const reread = async () => (await read()).values;
  await command.run(values, request.positional, context, reread);
  return ExitCode.OK;
}

/** `--log-file FILE COMMAND`, or `--log-file=FILE COMMAND`. */
async function runWithLogFile(
  first: string,
  rest: readonly string[],
  context: ProcessContext,
): Promise<ExitCode> {
  const [file, ...command] = first === LOG_FILE.flag
    ? rest
    : [first.slice(`${LOG_FILE.flag}=`.length), ...rest];
  if (!file || command.length === 0) {
    throw new UsageError(`${LOG_FILE.flag} needs a file, and then a command`);
  }
  logToFile(file);
  return await main(command, context);
}

/** The help on a command, or on all if none follows `teredo help`. */
function helpOn([name, surplus]: readonly string[], width: number): string {
  if (surplus !== undefined) throw new UsageError(`Unexpected argument "${surplus}"`);
  const isAboutAll = name === undefined || ["help", "--help", "-h"].includes(name);
  return isAboutAll ? programHelp(COMMANDS, width) : commandHelp(findCommand(name), width);
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  if (name.startsWith("-")) throw unknownOption(name.split("=")[0]!);
  const known = ["help", "--version", ...COMMANDS.map((candidate) => candidate.name)];
  const what = name === "" ? '""' : name;
  throw new UsageError(`Unknown command ${what}${didYouMean(suggest(name, known))}`);
}

function unknownOption(flag: string): UsageError {
  const owner = COMMANDS.find(({ options }) =>
    Object.entries(options).some((entry) => flagOf(...entry) === flag)
  );
  const known = PROGRAM_OPTIONS.map((option) => option.flag);
  return owner === undefined
    ? new UsageError(`Unknown option ${flag}${didYouMean(suggest(flag, known))}`)
    : new UsageError(`Unexpected option ${flag}: options come after the command`);
}

function didYouMean(meant: string | undefined): string {
  return meant === undefined ? "" : `. Did you mean ${meant}?`;
}

// Without `await`, which the script of the executable may not have here.
if (import.meta.main) main(Deno.args, processContext()).then((code) => Deno.exit(code));
