/**
 * What a failing command prints.
 *
 * @module
 */

import { jsonLine } from "../../io/log.ts";
import { traceOf } from "../../reason.ts";
import { wrap } from "../text/layout.ts";
import { type CliError, UsageError } from "../process/failure.ts";
import type { ProcessContext } from "../process/process_context.ts";
import type { Command } from "./command.ts";
import { optionName, variableName } from "./spelling.ts";

/** How the log of a command is wanted, as far as that is known. */
export interface WantedLog {
  /** Lines of JSON. */
  isJson: boolean;
  /** Debug messages, with which a failure shows its stack trace. */
  isDebug: boolean;
}

/**
 * A failure in words; if the log is JSON, as its last lines.
 *
 * @param width columns of a line; unless given, each sentence has one line, as in a log
 */
export function failureText(
  error: CliError,
  { isJson, isDebug }: WantedLog,
  width?: number,
): string {
  const trace = isDebug && !(error instanceof UsageError) ? traceOf(error.cause ?? error) : "";
  if (isJson) {
    const lines = [...trace && [jsonLine("debug", trace)], jsonLine("error", error.message)];
    return `${lines.join("\n")}\n`;
  }
  const message = linesOf(`teredo: ${error.message}`, width);
  return [...message, ...helpLine(error), ...trace && [trace], ""].join("\n");
}

/** A warning of a command that fails before it has a log. */
export function warningText(warning: string, isJson: boolean, width?: number): string {
  if (isJson) return `${jsonLine("warn", warning)}\n`;
  return `${linesOf(`teredo: ${warning}`, width).join("\n")}\n`;
}

function linesOf(text: string, width = Infinity): string[] {
  return text.split("\n").flatMap((line) => wrap(line, width, 2));
}

/**
 * How a command's log is wanted. The arguments may be wrong, so they are not parsed here, nor is
 * the file read: what the command finds in them counts as soon as that is known.
 */
export function wantedLog(
  command: Command | undefined,
  args: readonly string[],
  { environment }: Pick<ProcessContext, "environment">,
): WantedLog {
  const given = (property: "logFormat" | "logLevel") => {
    if (command === undefined || !(property in command.options)) return undefined;
    const flag = `--${optionName(property)}`;
    const at = args.findIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
    return at < 0 ? environment(variableName(property)) : args[at]!.split("=")[1] ?? args[at + 1];
  };
  return { isJson: given("logFormat") === "json", isDebug: given("logLevel") === "debug" };
}

/** If the command line is wrong: where to find help. */
function helpLine(error: CliError): string[] {
  if (!(error instanceof UsageError)) return [];
  const help = ["teredo", error.command, "--help"].filter((word) => word !== undefined);
  return [`See "${help.join(" ")}"`];
}
