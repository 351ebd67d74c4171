/**
 * What a failing command prints.
 *
 * @module
 */

import { jsonLine, type LogLevel } from "../../io/log.ts";
import { traceOf } from "../../reason.ts";
import { wrap } from "../text/layout.ts";
import { type CliError, UsageError } from "../process/failure.ts";
import { withPriority } from "../process/journal.ts";
import type { ProcessContext } from "../process/process_context.ts";
import type { Command } from "./command.ts";
import { optionName, variableName } from "./spelling.ts";

/** How the log of a command is wanted, as far as that is known. */
export interface WantedLog {
  /** Lines of JSON. */
  isJson: boolean;
  /** Debug messages, with which a failure shows its stack trace. */
  isDebug: boolean;
  /** Lines for systemd's journal, with their priorities. */
  readonly isJournal?: boolean | undefined;
}

/**
 * A failure in words; if the log is JSON, as its last lines.
 *
 * @param width columns of a line; unless given, each sentence has one line, as in a log
 */
export function failureText(error: CliError, wanted: WantedLog, width?: number): string {
  const { isDebug, isJson } = wanted;
  const trace = isDebug && !(error instanceof UsageError) ? traceOf(error.cause ?? error) : "";
  const explained = isJson ? error.message : [error.message, ...helpLine(error)].join("\n");
  const message = lineText("error", explained, wanted, width);
  if (trace === "") return message;
  const debug = lineText("debug", trace, wanted);
  return isJson ? debug + message : message + debug;
}

/** A warning of a command that fails before it has a log. */
export function warningText(warning: string, wanted: WantedLog, width?: number): string {
  return lineText("warn", warning, wanted, width);
}

/** A message as lines of the log, with their end. */
function lineText(
  level: LogLevel,
  message: string,
  { isJson, isJournal }: WantedLog,
  width = Infinity,
): string {
  const lines = isJson ? jsonLine(level, message) : message;
  if (isJournal) return `${withPriority(level, lines)}\n`;
  if (isJson || level === "debug") return `${lines}\n`;
  return `teredo: ${lines}`.split("\n").flatMap((line) => wrap(line, width, 2)).join("\n") + "\n";
}

/**
 * How a command's log is wanted. The arguments may be wrong, so they are not parsed here, nor is
 * the file read: what the command finds in them counts as soon as that is known.
 */
export function wantedLog(
  command: Command | undefined,
  args: readonly string[],
  { environment, isJournal }: Pick<ProcessContext, "environment" | "isJournal">,
): WantedLog {
  const given = (property: "logFormat" | "logLevel") => {
    if (command === undefined || !(property in command.options)) return undefined;
    const flag = `--${optionName(property)}`;
    const at = args.findIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
    return at < 0 ? environment(variableName(property)) : args[at]!.split("=")[1] ?? args[at + 1];
  };
  return {
    isJson: given("logFormat") === "json",
    isDebug: given("logLevel") === "debug",
    isJournal,
  };
}

/** If the command line is wrong: where to find help. */
function helpLine(error: CliError): string[] {
  if (!(error instanceof UsageError)) return [];
  const help = ["teredo", error.command, "--help"].filter((word) => word !== undefined);
  return [`See "${help.join(" ")}"`];
}
