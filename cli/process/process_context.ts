/**
 * Where the program runs: its streams, signals and environment.
 *
 * @module
 */

import { writeToStderr } from "../../io/log.ts";
import type { ProcessContext } from "../args/command.ts";
import { interruption } from "./signals.ts";
import { reasonOf } from "../../reason.ts";

/** Where the configuration files of the roles are. */
const CONFIG_FOLDER = "/etc/teredo";

/** The context of this process. */
export function processContext(): ProcessContext {
  const isTerminal = Deno.stdout.isTerminal();
  const end = new AbortController();
  return {
    print: (text) => printUnlessUnread(text, end),
    printError: writeToStderr,
    signal: interruption(end),
    isTerminal,
    isColourful: isTerminal && !Deno.noColor && Deno.env.get("TERM") !== "dumb",
    environment: (name) => Deno.env.get(name),
    variables: () => Object.keys(Deno.env.toObject()),
    configFolder: CONFIG_FOLDER,
  };
}

/** Writes to the standard output. Where its reader has seen enough, as behind `| head`, the program ends. */
function printUnlessUnread(text: string, end: AbortController): void {
  try {
    let rest = new TextEncoder().encode(text);
    while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return end.abort();
    throw new Error(`Cannot write to the standard output: ${reasonOf(error)}`, { cause: error });
  }
}
