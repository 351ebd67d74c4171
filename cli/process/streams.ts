/**
 * The standard streams of the process.
 *
 * @module
 */

import { reasonOf } from "../../reason.ts";
import { LogFile } from "./log_file.ts";
import { ForeignFile } from "./own_file.ts";
import { LogStream, type Written } from "./log_stream.ts";
import { systemFailure } from "./system_failure.ts";

const encoder = new TextEncoder();

/** The descriptor of the standard error stream. */
const STDERR = 2;

/** How long to wait for a reader of the standard error stream, in milliseconds. */
const PATIENCE = 2_000;

/** The longest input that is read, in octets: what is longer may have no end. */
const MAX_INPUT = 16 * 1024 * 1024;

/**
 * Writes to the standard output.
 *
 * @returns whether somebody still reads it: behind `| head` the reader may have seen enough
 * @throws {Error} it cannot be written to
 */
export function writeToStdout(text: string): boolean {
  try {
    let rest = encoder.encode(text);
    while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw new Error(`Cannot write to the standard output: ${reasonOf(error)}`, { cause: error });
  }
}

/** Something to write to, which may take fewer octets. */
type Output = Pick<Deno.FsFile, "writeSync">;

/** Where messages go. */
let errors: Output = Deno.stderr;

/**
 * From now on, appends to a file what would go to the standard error stream. For service managers
 * that have no log.
 *
 * @throws {CliError} it cannot be written to
 */
export function logToFile(path: string): void {
  try {
    errors = new LogFile(path);
  } catch (error) {
    throw systemFailure(`Cannot write the log ${path}`, error, {
      ...error instanceof ForeignFile ? { advice: "Remove it, or name another file" } : {},
    });
  }
}

/**
 * Writes to the standard error stream, or the file in its place. A reader that has stopped reading
 * is not waited for long: the program may be about to end.
 */
export function writeToStderr(text: string): void {
  const end = performance.now() + PATIENCE;
  let rest = encoder.encode(text);
  let patience = PATIENCE;
  while (rest.length > 0 && patience > 0 && hasReader(patience)) {
    const { taken, cause } = writeOctets(rest);
    if (cause === "failed") return;
    rest = rest.subarray(taken);
    patience = Math.ceil(end - performance.now());
  }
}

/** How to write to a reader that may have stopped reading. */
interface ReaderWatch {
  /** Whether a descriptor takes more, after so many milliseconds at the latest. */
  isWritable(fd: number, patience: number): boolean;
  /** Its terminal, to be written to without waiting: it takes no octet while it is full. */
  reopenTerminal(fd: number): Output | undefined;
}

let isWritable: ReaderWatch["isWritable"] = () => true;

/**
 * From now on, nothing waits for a reader of the standard error stream for longer than it may.
 *
 * A terminal with room for one octet is writable, and a line then waits for the rest of the room.
 * So it is opened once more, as long as this process may still do that.
 */
export function watchReader(watch: ReaderWatch): void {
  isWritable = watch.isWritable;
  if (errors !== Deno.stderr || !Deno.stderr.isTerminal()) return;
  terminal = watch.reopenTerminal(STDERR);
  if (terminal !== undefined) errors = terminal;
}

/** The terminal of the standard error stream, if it never makes anybody wait. */
let terminal: Output | undefined;

function hasReader(patience: number): boolean {
  const isStream = errors === Deno.stderr || errors === terminal;
  return !isStream || isWritable(STDERR, patience);
}

const log = new LogStream({
  isWritable: () => hasReader(0),
  write: writeOctets,
});

/** Writes a line of the log there, unless that would have to wait for its reader. */
export function writeToLog(line: string): void {
  log.write(line);
}

/** Writes octets until all are taken, there is no room, or it fails. */
function writeOctets(octets: Uint8Array): Written {
  let taken = 0;
  try {
    while (taken < octets.length) {
      const count = errors.writeSync(octets.subarray(taken));
      if (count === 0) return { taken, cause: "unread" };
      taken += count;
    }
    return { taken };
  } catch {
    // Nobody reads it any more, or the disk is full, and there is no other place to say so.
    return { taken, cause: "failed" };
  }
}

/**
 * Reads all of the standard input as text.
 *
 * @throws {CliError} it cannot be read, or does not end
 */
export async function readStdin(): Promise<string> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(65_536);
  let text = "";
  let length = 0;
  try {
    while (true) {
      const count = await Deno.stdin.read(chunk);
      if (count === null) return text + decoder.decode();
      length += count;
      if (length > MAX_INPUT) throw new Error("it is longer than 16 MiB");
      text += decoder.decode(chunk.subarray(0, count), { stream: true });
    }
  } catch (error) {
    throw systemFailure("Cannot read the standard input", error);
  }
}

/** Which of the output streams lead to a terminal. */
export function terminals(): { readonly stdout: boolean; readonly stderr: boolean } {
  return { stdout: Deno.stdout.isTerminal(), stderr: Deno.stderr.isTerminal() };
}

/** Columns of the terminal; `undefined` if there is none. */
export function terminalColumns(): number | undefined {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return undefined;
  }
}
