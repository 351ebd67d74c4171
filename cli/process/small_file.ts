/**
 * Files that people write: configuration, secrets, invitations.
 *
 * @module
 */

import { openSpecialFile, type StreamFile } from "../../ffi/c/special_file.ts";
import { absolutePath } from "./folders.ts";

/** How long a file may be. */
export interface FileLength {
  /** MiB, 2²⁰ octets. */
  readonly longest: number;
  /** What to do about one that is longer; undefined where it can only be another kind of file. */
  readonly remedy: string | undefined;
}

const USUAL_LENGTH: FileLength = { longest: 1, remedy: undefined };

const MEBIBYTE = 1024 * 1024;

/** Where a shell puts what `<(command)` writes, and standard input. */
const STREAMS = /^\/(?:dev|proc)\//;

/** What streams have given, by their paths: they can be read only once. */
const given = new Map<string, string>();

/** The file is not one that people write. */
class UnfitFile extends Error {}

/**
 * Reads the text of a file. A stream such as `<(command)` has the same text each time.
 *
 * @throws {Error} it cannot be read, is too long, or is a pipe that nobody may ever write to
 */
export function readSmallFile(path: string, length = USUAL_LENGTH): string {
  const before = given.get(path);
  if (before !== undefined) return before;
  const { isFile, isFifo } = Deno.statSync(absolutePath(path));
  const isNamedStream = STREAMS.test(path);
  if (isFifo && !isNamedStream) throw new UnfitFile("it is a pipe: give the name of a file");
  const text = readText(path, length);
  if (isNamedStream && !isFile) given.set(path, text);
  return text;
}

/** Whether a file is a stream that was read, so that its text never changes. */
export function isReadStream(path: string): boolean {
  return given.has(path);
}

/** Whether a file with this text is too long to be read again. */
export function isTooLong(text: string, { longest }: FileLength): boolean {
  return new TextEncoder().encode(text).length > longest * MEBIBYTE;
}

function readText(path: string, { longest, remedy }: FileLength): string {
  using file = open(path);
  const max = longest * MEBIBYTE;
  const octets = new Uint8Array(max + 1);
  let length = 0;
  while (length <= max) {
    const count = file.readSync(octets.subarray(length));
    if (count === null) break;
    length += count;
  }
  if (length > max) {
    const reason = `it is longer than ${longest} MiB`;
    throw new UnfitFile(remedy === undefined ? reason : `${reason}. ${remedy}`);
  }
  return new TextDecoder().decode(octets.subarray(0, length));
}

function open(path: string): StreamFile {
  if (STREAMS.test(path)) return openSpecialFile(path, "read");
  try {
    return Deno.openSync(absolutePath(path));
  } catch (error) {
    // The name leads to such a folder, as one in the working directory /dev/shm does.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    return openSpecialFile(path, "read");
  }
}
