/**
 * Files that people write: configuration, secrets, invitations.
 *
 * @module
 */

import { openSpecialFile } from "../../ffi/c/special_file.ts";

/** The longest one, octets. */
const MAX_OCTETS = 1024 * 1024;

/** Where a shell puts what `<(command)` writes, and standard input. */
const STREAMS = /^\/(?:dev|proc)\//;

/** The file is not one that people write. */
class UnfitFile extends Error {}

/**
 * Reads the text of a file.
 *
 * @throws {Error} it cannot be read, is too long, or is a pipe that nobody may ever write to
 */
export function readSmallFile(path: string): string {
  if (Deno.statSync(path).isFifo && !STREAMS.test(path)) {
    throw new UnfitFile("it is a pipe: give the name of a file");
  }
  using file = STREAMS.test(path) ? openSpecialFile(path, "read") : Deno.openSync(path);
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
