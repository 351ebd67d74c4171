/**
 * What a command finds around it: streams, signals and environment.
 *
 * @module
 */

import { type Environment, processEnvironment, variableNames } from "./environment.ts";
import { FOLDERS } from "./folders.ts";
import { leadsToJournal } from "./journal.ts";
import { interruptionSignal } from "./signals.ts";
import { readStdin, terminalColumns, terminals, writeToStderr, writeToStdout } from "./streams.ts";
import { lineWidth } from "./line_width.ts";

/** Where a command writes, what tells it to end, and what it reads besides the command line. */
export interface ProcessContext {
  /** Writes to the standard output. */
  print(text: string): void;
  /** Writes to the standard error stream. */
  printError(text: string): void;
  /** Reads all of the standard input; unless given, it is empty. */
  readInput?(): Promise<string>;
  /**
   * Returns what aborts when a person or the system wants the program to end. Until a command calls
   * it, the system ends the program at once, whatever that reads or computes: then nobody would
   * look. May be repeated.
   */
  takeSignals(): AbortSignal;
  readonly environment: Environment;
  /** The names of all variables of the environment; unless given, there are none to look at. */
  readonly variables?: () => Iterable<string>;
  /** Where configuration files are: `/etc/teredo`. */
  readonly configFolder: string;
  /** Whether the standard output is a terminal; unless given, no. */
  readonly isTerminal?: boolean;
  /** Whether it shows colours, and they are wanted; unless given, no. */
  readonly isColourful?: boolean;
  /** Columns of a line on the standard output. */
  readonly width: number;
  /** Columns of a line on the standard error stream; `undefined` for any number, as in a log. */
  readonly errorWidth: number | undefined;
  /** Whether the standard error stream leads to systemd's journal; unless given, no. */
  readonly isJournal?: boolean;
}

/** The context of this process. */
export function processContext(): ProcessContext {
  const { stdout, stderr } = terminals();
  const end = new AbortController();
  let hasSignals = false;
  const widthOf = (isTerminal: boolean) =>
    lineWidth(processEnvironment("COLUMNS"), isTerminal ? terminalColumns() : undefined);
  return {
    print(text) {
      if (!writeToStdout(text)) end.abort();
    },
    printError: writeToStderr,
    readInput: readStdin,
    takeSignals() {
      if (!hasSignals) interruptionSignal(end);
      hasSignals = true;
      return end.signal;
    },
    isTerminal: stdout,
    isColourful: stdout && !Deno.noColor && processEnvironment("TERM") !== "dumb",
    // Asked for each time, because the terminal may be resized.
    get width() {
      return widthOf(stdout);
    },
    get errorWidth() {
      return stderr ? widthOf(stderr) : undefined;
    },
    isJournal: leadsToJournal(),
    environment: processEnvironment,
    variables: variableNames,
    configFolder: FOLDERS.config,
  };
}
