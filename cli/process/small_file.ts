/**
 * Files that people write: configuration, secrets, invitations.
 *
 * @module
 */

import { openSpecialFile, type StreamFile } from "../../ffi/c/special_file.ts";
import { absolutePath } from "./folders.ts";

/** The longest one, octets. */
const MAX_OCTETS = 1024 * 1024;

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
export function readSmallFile(path: string): string {
  const before = given.get(path);
  if (before !== undefined) return before;
  const { isFile, isFifo } = Deno.statSync(absolutePath(path));
  const isNamedStream = STREAMS.test(path);
  if (isFifo && !isNamedStream) throw new UnfitFile("it is a pipe: give the name of a file");
  const text = readText(path);
  if (isNamedStream && !isFile) given.set(path, text);
  return text;
}

/** Whether a file is a stream that was read, so that its text never changes. */
export function isReadStream(path: string): boolean {
  return given.has(path);
}

function readText(path: string): string {
  using file = open(path);
  const octets = new Uint8Array(MAX_OCTETS + 1);
  let length = 0;
  while (length <= MAX_OCTETS) {
    const count = file.readSync(octets.subarray(length));
    if (count === null) break;
    length += count;
  }
  if (length > MAX_OCTETS) throw new UnfitFile("it is longer than 1 MiB");
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
