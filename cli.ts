/**
 * The program `teredo`: a Teredo server, client and more in one executable.
 *
 * @module
 */

import { type CliError, toCliError, UsageError } from "./cli/cli_error.ts";
import type { Command, Surroundings } from "./cli/command.ts";
import { check } from "./cli/commands/check.ts";
import { client } from "./cli/commands/client.ts";
import { completions } from "./cli/commands/completions.ts";
import { decode } from "./cli/commands/decode.ts";
import { ping } from "./cli/commands/ping.ts";
import { probe } from "./cli/commands/probe.ts";
import { relay } from "./cli/commands/relay.ts";
import { server } from "./cli/commands/server.ts";
import { status } from "./cli/commands/status.ts";
import { ExitCode } from "./cli/exit_code.ts";
import { commandHelp, programHelp } from "./cli/help.ts";
import { flagOf } from "./cli/option.ts";
import { parseCommandLine } from "./cli/parse.ts";
import { resolve } from "./cli/resolve.ts";
import { interruption } from "./cli/signals.ts";
import { suggest } from "./cli/suggest.ts";
import { versionText } from "./cli/version.ts";
import { writeToStderr } from "./io/log.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  client,
  server,
  relay,
  probe,
  status,
  ping,
  check(() => COMMANDS),
  decode,
  completions(() => COMMANDS),
];

/** Where the configuration files of the roles are. */
const CONFIG_FOLDER = "/etc/teredo";

/** Runs the program with its arguments, and returns the exit code. */
export async function main(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<ExitCode> {
  try {
    return await dispatch(args, surroundings);
  } catch (error) {
    const failure = toCliError(error);
    surroundings.complain(explain(failure, args));
    return failure.exitCode;
  }
}

async function dispatch(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const [first, ...rest] = args;
  switch (first) {
    case undefined:
      surroundings.complain(programHelp(COMMANDS));
      return ExitCode.USAGE;
    case "help":
      surroundings.print(helpOn(rest));
      return ExitCode.OK;
    case "--help":
    case "-h":
      surroundings.print(programHelp(COMMANDS));
      return ExitCode.OK;
    case "--version":
    case "-V":
      surroundings.print(versionText());
      return ExitCode.OK;
  }
  const command = findCommand(first);
  const request = parseCommandLine(command, rest);
  if (request.type === "help") {
    surroundings.print(commandHelp(command));
    return ExitCode.OK;
  }
  const read = () => resolve(command, request.flags, surroundings);
  await command.run(await read(), request.positional, surroundings, read);
  return ExitCode.OK;
}

/** What follows `teredo help`: a command, or nothing. */
function helpOn([name, surplus]: readonly string[]): string {
  if (surplus !== undefined) throw new UsageError(`Unexpected argument "${surplus}"`);
  const isAboutAll = name === undefined || ["help", "--help", "-h"].includes(name);
  return isAboutAll ? programHelp(COMMANDS) : commandHelp(findCommand(name));
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
  return owner === undefined
    ? new UsageError(`Unknown option ${flag}${didYouMean(suggest(flag, ["--help", "--version"]))}`)
    : new UsageError(`Unexpected option ${flag}: options come behind the command`);
}

function didYouMean(meant: string | undefined): string {
  return meant === undefined ? "" : `. Did you mean ${meant}?`;
}

/** One message; where the command line is wrong, with the way to its help. */
function explain(error: CliError, args: readonly string[]): string {
  const lines = [`teredo: ${error.message}`];
  if (error instanceof UsageError) {
    const help = ["teredo", error.command, "--help"].filter((word) => word !== undefined);
    lines.push(`See "${help.join(" ")}"`);
  } else if (isDebugging(args)) {
    const cause = error.cause instanceof Error ? error.cause : error;
    lines.push(cause.stack ?? "");
  }
  return `${lines.join("\n")}\n`;
}

/** Whether a stack trace is wanted. The arguments may be wrong, so that they are not parsed here. */
function isDebugging(args: readonly string[]): boolean {
  return args.some((arg, i) =>
    arg === "--log-level=debug" || (arg === "--log-level" && args[i + 1] === "debug")
  );
}

/** The program's real surroundings. */
function processSurroundings(): Surroundings {
  const isTerminal = Deno.stdout.isTerminal();
  const unread = new AbortController();
  return {
    print: (text) => printUnlessUnread(text, unread),
    complain: writeToStderr,
    signal: AbortSignal.any([interruption(), unread.signal]),
    isTerminal,
    isColourful: isTerminal && !Deno.noColor && Deno.env.get("TERM") !== "dumb",
    environment: (name) => Deno.env.get(name),
    configFolder: CONFIG_FOLDER,
  };
}

/** Writes to the standard output. Where its reader has seen enough, as behind `| head`, the program ends. */
function printUnlessUnread(text: string, unread: AbortController): void {
  try {
    let rest = new TextEncoder().encode(text);
    while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return unread.abort();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot write to the standard output: ${reason}`, { cause: error });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args, processSurroundings()));
