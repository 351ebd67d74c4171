/**
 * Variables `TEREDO_…` that nothing reads: most probably misspelled ones.
 *
 * @module
 */

import type { LogFormat, LogLevel } from "../../../io/log.ts";
import type { ProcessContext } from "../../process/process_context.ts";
import type { Command } from "../command.ts";
import { VARIABLE_PREFIX, variableName } from "../spelling.ts";
import type { SettledValues } from "./settle_values.ts";
import { suggest } from "../suggest.ts";

/** What the project's own tests and tasks read. */
const OF_TOOLS = /^TEREDO_(?:BIN|IMPORTS|TEST_\w+)$/;

/** What Kubernetes sets for a Service with such a name, `teredo` or `teredo-server` for instance. */
const OF_SERVICES =
  /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/;
const SERVICE_ADDRESS = /^(?:tcp|udp|sctp):\/\//;

/**
 * One warning for each variable that nothing reads. One that another command reads may be there for all
 * of them, and one that is empty counts as not set.
 *
 * @param own what the command that is about to run reads is meant first
 * @param commands those who read variables
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
      ? `"teredo help ${own?.name ?? "COMMAND"}" lists those that do`
      : `Did you mean ${meant}?`;
    return `The variable ${name} sets nothing. ${remedy}`;
  });
}

/** Writes warnings as a role writes its log; what does that is not loaded before there is something. */
export async function logWarnings(
  warnings: readonly string[],
  { logLevel, logFormat }: SettledValues,
  { printError }: Pick<ProcessContext, "printError">,
): Promise<void> {
  const { openLog } = await import("../../process/open_log.ts");
  const log = openLog(logLevel as LogLevel, printError, logFormat as LogFormat);
  for (const each of warnings) log.warn(each);
}

function variablesOf({ options }: Command): string[] {
  return Object.keys(options).map(variableName);
}

/** What they all begin with is no likeness. */
function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const rests = Array.from(candidates, (each) => each.slice(VARIABLE_PREFIX.length));
  const meant = suggest(name.slice(VARIABLE_PREFIX.length), rests);
  return meant === undefined ? undefined : VARIABLE_PREFIX + meant;
}
