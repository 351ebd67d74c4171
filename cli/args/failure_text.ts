/**
 * What is said when a command fails.
 *
 * @module
 */

import { jsonLine } from "../../io/log.ts";
import { type CliError, UsageError } from "../process/failure.ts";
import type { Command, ProcessContext } from "./command.ts";
import { environmentName } from "./spelling.ts";

/** A failure in words; where the log is JSON, as the last line of it. */
export function failureText(error: CliError, args: readonly string[], isJson: boolean): string {
  return isJson ? `${jsonLine("error", error.message)}\n` : explain(error, args);
}

/** A warning of a command that fails before it has a log. */
export function warningText(warning: string, isJson: boolean): string {
  return isJson ? `${jsonLine("warn", warning)}\n` : `teredo: ${warning}\n`;
}

/**
 * Whether a command's log is to be JSON. Its arguments may be wrong, so that they are not parsed here, nor
 * is its file read: what the command finds in them counts as soon as that is known.
 */
export function isJsonWanted(
  command: Command | undefined,
  args: readonly string[],
  { environment }: Pick<ProcessContext, "environment">,
): boolean {
  if (command === undefined || !("logFormat" in command.options)) return false;
  const at = args.findIndex((arg) => arg === "--log-format" || arg.startsWith("--log-format="));
  const given = at < 0
    ? environment(environmentName("logFormat"))
    : args[at]!.split("=")[1] ?? args[at + 1];
  return given === "json";
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
