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

/** This user may not read a configuration file. */
export class DeniedConfig extends CliError {
  override readonly name = "DeniedConfig";
  readonly path: string;

  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, ExitCode.PERMISSION, options);
    this.path = path;
  }
}

/** Mistakes that one message names. A file of 1 MiB may have 200,000. */
const MAX_MISTAKES = 20;

/** A configuration file or the environment is wrong; one line for each mistake, up to twenty. */
export class ConfigError extends CliError {
  override readonly name = "ConfigError";

  constructor(mistakes: string | readonly string[]) {
    super(typeof mistakes === "string" ? mistakes : firstOf(mistakes), ExitCode.CONFIG);
  }
}

function firstOf(mistakes: readonly string[]): string {
  const left = mistakes.length - MAX_MISTAKES;
  const more = left > 0
    ? [`There ${left === 1 ? "is 1 more mistake" : `are ${left} more mistakes`}`]
    : [];
  return [...mistakes.slice(0, MAX_MISTAKES), ...more].join("\n");
}

/** The same error, with the place that it is about: "/etc/teredo/client.yaml:3: Cannot read …". */
export function placed(error: CliError, place: string | undefined): CliError {
  if (place === undefined) return error;
  return new CliError(`${place}: ${error.message}`, error.exitCode, {
    cause: error.cause ?? error,
  });
}

/**
 * Several failures as one. A missing permission counts before a mistake in the settings, and that
 * before what may pass by itself.
 */
export function joinFailures(failures: readonly CliError[]): CliError {
  const [first, ...more] = failures;
  if (first !== undefined && more.length === 0) return first;
  const messages = new Set(failures.map(({ message }) => message));
  const codes = failures.map(({ exitCode }) => exitCode);
  const code = [ExitCode.PERMISSION, ExitCode.CONFIG].find((each) => codes.includes(each));
  return new CliError([...messages].join("\n"), code ?? first?.exitCode, { cause: first?.cause });
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

/** What cannot be done here, and what can be done everywhere. */
function describeUnsupported({ message }: UnsupportedPlatform): string {
  return `${message}. "teredo server", "probe", "decode" and "check" work without that`;
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
