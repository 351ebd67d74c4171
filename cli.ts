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
import { parseCommandLine } from "./cli/parse.ts";
import { resolve } from "./cli/resolve.ts";
import { interruption } from "./cli/signals.ts";
import { suggest } from "./cli/suggest.ts";
import { versionText } from "./cli/version.ts";

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
      if (rest[0] === undefined) surroundings.print(programHelp(COMMANDS));
      else surroundings.print(commandHelp(findCommand(rest[0])));
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
  await command.run(read(), request.positional, surroundings, read);
  return ExitCode.OK;
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const isOption = name.startsWith("-");
  const known = isOption
    ? ["--help", "--version"]
    : ["help", ...COMMANDS.map((candidate) => candidate.name)];
  const meant = suggest(name, known);
  const hint = meant === undefined ? "" : `. Did you mean ${meant}?`;
  throw new UsageError(`Unknown ${isOption ? "option" : "command"} ${name}${hint}`);
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
  return {
    print: (text) => writeAll(Deno.stdout, text),
    complain: (text) => writeAll(Deno.stderr, text),
    signal: interruption(),
    isTerminal: Deno.stdout.isTerminal(),
    isColourful: Deno.stdout.isTerminal() && !Deno.noColor,
    environment: (name) => Deno.env.get(name),
    configFolder: CONFIG_FOLDER,
  };
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
}

if (import.meta.main) Deno.exit(await main(Deno.args, processSurroundings()));
