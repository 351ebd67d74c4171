/**
 * A file, folder or socket that the system refuses, as one message.
 *
 * @module
 */

import { SystemError } from "../../ffi/c/errno.ts";
import { reasonOf } from "../../reason.ts";
import { ExitCode } from "./exit_code.ts";
import { CliError } from "./failure.ts";

/** Why the system refuses, as far as a person can do something about it. */
type Refusal = "absent" | "denied" | "directory" | "inUse" | "notLocal" | "special" | "other";

/** What each refusal reads as, unless the caller knows better words. */
const WORDS: Readonly<Record<Exclude<Refusal, "other">, string>> = {
  absent: "there is no such file",
  denied: "permission is denied",
  directory: "it is a directory",
  inUse: "another program has it",
  notLocal: "this host does not have the address",
  special: "this program makes no files in /dev, /proc and /sys. Name a file elsewhere",
};

/** How a refusal is told. */
interface SystemFailureOptions {
  /** Other words for some refusals. */
  readonly words?: Partial<Readonly<Record<Refusal, string>>>;
  /** What to do, whatever the refusal is. */
  readonly advice?: string;
  /** The exit code where no permission is missing; `FAILED` by default. */
  readonly exitCode?: ExitCode;
}

/** The message "ATTEMPT: why the system refuses. What to do", with its exit code. */
export function systemFailure(
  attempt: string,
  error: unknown,
  { words = {}, advice, exitCode = ExitCode.FAILED }: SystemFailureOptions = {},
): CliError {
  const refusal = refusalOf(error);
  const reason = words[refusal] ?? (refusal === "other" ? reasonOf(error) : WORDS[refusal]);
  const message = [`${attempt}: ${reason}`, ...advice === undefined ? [] : [advice]].join(". ");
  const code = refusal === "denied" ? ExitCode.PERMISSION : exitCode;
  return new CliError(message, code, { cause: error });
}

/** Errors of the C library that people can do something about. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  ["ENOENT"]: "absent",
  ["EACCES"]: "denied",
  ["EPERM"]: "denied",
};

function refusalOf(error: unknown): Refusal {
  if (error instanceof SystemError) return REFUSALS[error.code] ?? "other";
  if (error instanceof Deno.errors.NotFound) return "absent";
  if (error instanceof Deno.errors.PermissionDenied) return "denied";
  if (error instanceof Deno.errors.IsADirectory) return "directory";
  if (error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.AlreadyExists) {
    return "inUse";
  }
  if (error instanceof Deno.errors.AddrNotAvailable) return "notLocal";
  // The executable may do all that it wants, except for this (`tools/compile.ts`).
  if (error instanceof Deno.errors.NotCapable) return "special";
  return "other";
}
