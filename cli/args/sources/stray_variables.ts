/**
 * Variables `TEREDO_…` that nothing reads: most likely misspelled.
 *
 * @module
 */

import type { LogFormat, LogLevel } from "../../../io/log.ts";
import type { ProcessContext } from "../../process/process_context.ts";
import type { Command } from "../command.ts";
import { VARIABLE_PREFIX, variableName } from "../spelling.ts";
import type { SettledValues } from "./settle_values.ts";
import { suggest } from "../suggest.ts";

/** Variables of the project's own tests and tasks. */
const OF_TOOLS = /^TEREDO_(?:BIN|IMPORTS|TEST_\w+)$/;

/** Variables that Kubernetes sets for a Service called `teredo`, `teredo-server` or the like. */
const OF_SERVICES =
  /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/;
const SERVICE_ADDRESS = /^(?:tcp|udp|sctp):\/\//;

/**
 * One warning for each variable that nothing reads. A variable of another command may be there for
 * all commands, and an empty one counts as not set.
 *
 * @param own the command that is about to run: its variables are suggested first
 * @param commands all commands that read variables
 */
export function strayWarnings(
  own: Command | undefined,
  commands: readonly Command[],
  { environment, variables }: Pick<ProcessContext, "environment" | "variables">,
): string[] {
  const known = new Set(commands.flatMap(variablesOf));
  const strays = [...variables?.() ?? []].filter((name) => {
    const value = environment(name) ?? "";
    const isOther = OF_TOOLS.test(name) || OF_SERVICES.test(name) || SERVICE_ADDRESS.test(value);
    return name.startsWith(VARIABLE_PREFIX) && value !== "" && !known.has(name) && !isOther;
  });
  return strays.sort().map((name) => {
    const meant = own && nearest(name, variablesOf(own)) || nearest(name, known);
    const remedy = meant === undefined
      ? `"teredo help ${own?.name ?? "COMMAND"}" lists the variables that have one`
      : `Did you mean ${meant}?`;
    return `The variable ${name} has no effect. ${remedy}`;
  });
}

/** Writes warnings in the way a role writes its log. The log is loaded only if there are any. */
export async function logWarnings(
  warnings: readonly string[],
  { logLevel, logFormat }: SettledValues,
  { printError, isJournal }: Pick<ProcessContext, "printError" | "isJournal">,
): Promise<void> {
  const { openLog } = await import("../../process/open_log.ts");
  const log = openLog(logLevel as LogLevel, printError, logFormat as LogFormat, isJournal);
  for (const each of warnings) log.warn(each);
}

function variablesOf({ options }: Command): string[] {
  return Object.keys(options).map(variableName);
}

/** The prefix that all share says nothing about likeness. */
function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const rests = Array.from(candidates, (each) => each.slice(VARIABLE_PREFIX.length));
  const meant = suggest(name.slice(VARIABLE_PREFIX.length), rests);
  return meant === undefined ? undefined : VARIABLE_PREFIX + meant;
}
