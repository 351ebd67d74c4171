/**
 * Errors that end the program with a message.
 *
 * @module
 */

import { SystemError } from "../../ffi/c/errno.ts";
import { UnsupportedPlatform } from "../../ffi/platform.ts";
import { ExitCode } from "./exit_code.ts";
import { originalError, reasonOf } from "../../reason.ts";

/**
 * An error that a person can fix. The message says what was attempted, what is wrong and what to
 * do.
 */
export class CliError extends Error {
  override readonly name: string = "CliError";
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = ExitCode.FAILED, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The command line is wrong. */
export class UsageError extends CliError {
  override readonly name = "UsageError";
  /** The command whose help shows the right usage; `undefined` for the program's help. */
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message, ExitCode.USAGE);
    this.command = command;
  }
}

/** A configuration file or the environment is wrong; one line for each mistake. */
export class ConfigError extends CliError {
  override readonly name = "ConfigError";

  constructor(...mistakes: readonly string[]) {
    super(mistakes.join("\n"), ExitCode.CONFIG);
  }
}

/** Turns whatever was thrown into an error with an exit code. */
export function toCliError(error: unknown): CliError {
  const original = originalError(error);
  if (original instanceof UnsupportedPlatform) {
    return new CliError(describeUnsupported(original), ExitCode.FAILED, { cause: error });
  }
  return original instanceof CliError
    ? original
    : new CliError(reasonOf(original), exitCodeOf(original), { cause: error });
}

/** What cannot be done here, and what can. */
function describeUnsupported({ message, system }: UnsupportedPlatform): string {
  return `${message}. On ${system}, "teredo server", "probe", "decode" and "check" work, which need no ` +
    "network interface";
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof SystemError && (error.code === "EPERM" || error.code === "EACCES")) {
    return ExitCode.PERMISSION;
  }
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return ExitCode.PERMISSION;
  }
  return ExitCode.FAILED;
}
