/**
 * Files in /dev, /proc and /sys. Deno opens them only for programs that may do everything; this
 * program may do less (`tools/compile.ts`), so it opens them by the C library.
 *
 * @module
 */

import { platform } from "../platform.ts";
import { libc } from "./libc.ts";
import { cString } from "./struct.ts";
import { insist } from "./system_call.ts";

/** How to open a file: the access modes are the same on every system. */
const FLAGS = {
  read: 0,
  "read no link or pipe": platform.openFlags.noFollow | platform.openFlags.nonBlocking,
  write: 1,
  "write without waiting": 1 | platform.openFlags.nonBlocking | platform.openFlags.noTerminal,
};

/** Octets that one call reads. */
const CHUNK = 65_536;

/** A file that is read or written in order, like {@linkcode Deno.FsFile}. */
export interface StreamFile extends Disposable {
  /** Reads some octets and returns how many, or null at the end. */
  readSync(buffer: Uint8Array<ArrayBuffer>): number | null;
  /** Writes some octets and returns how many. */
  writeSync(octets: Uint8Array): number;
  close(): void;
}

/**
 * Opens a file that exists. Programs that this one runs do not get it.
 *
 * @throws {SystemError} The system refuses.
 */
export function openSpecialFile(path: string, mode: keyof typeof FLAGS): StreamFile {
  const { open } = libc();
  const attempt = `${mode.startsWith("read") ? "read" : "write"} ${path}`;
  const flags = FLAGS[mode] | platform.openFlags.closeOnExec;
  return streamOf(insist(attempt, "open", () => open(cString(path), flags)), attempt);
}

function streamOf(fd: number, attempt: string): StreamFile {
  const { read, write, close } = libc();
  return {
    readSync(buffer) {
      const length = insist(attempt, "read", () => read(fd, buffer, BigInt(buffer.length)));
      return length === 0 ? null : length;
    },
    writeSync(octets) {
      // C takes no memory that threads share.
      const own = new Uint8Array(octets);
      return insist(attempt, "write", () => write(fd, own, BigInt(own.length)));
    },
    close: () => void close(fd),
    [Symbol.dispose]: () => void close(fd),
  };
}

/**
 * Makes a new file with these rights. Only for Linux, whose `open` finds the rights in a register.
 *
 * @throws {SystemError} There is one already, or the system refuses.
 */
export function createSpecialFile(path: string, rights: number): StreamFile {
  const { createNew, closeOnExec } = platform.openFlags;
  const flags = FLAGS.write | createNew | closeOnExec;
  const { openNew } = libc();
  const attempt = `create ${path}`;
  return streamOf(
    insist(attempt, "open", () => openNew(cString(path), flags, rights)),
    `write ${path}`,
  );
}

/**
 * The text of a file that exists.
 *
 * @throws {SystemError} The system refuses.
 */
export function readSpecialFile(path: string): string {
  using file = openSpecialFile(path, "read");
  const buffer = new Uint8Array(CHUNK);
  const decoder = new TextDecoder();
  let text = "";
  for (let length = file.readSync(buffer); length !== null; length = file.readSync(buffer)) {
    text += decoder.decode(buffer.subarray(0, length), { stream: true });
  }
  return text + decoder.decode();
}

/**
 * The text of a short file in a folder whose owner may be another user than this one and may have
 * put anything in its place: no link is followed, no pipe waited for, and no device opened.
 *
 * @param path absolute
 * @throws {Error} It is missing, something else, or too long, or the system refuses.
 */
export function readPlainFile(path: string): string {
  if (!Deno.lstatSync(path).isFile) throw new Error("it is not a file");
  // What takes its place from here on cannot be a device: only root makes these.
  using file = openSpecialFile(path, "read no link or pipe");
  const buffer = new Uint8Array(CHUNK);
  let length = 0;
  while (length < CHUNK) {
    const count = file.readSync(buffer.subarray(length));
    if (count === null) return new TextDecoder().decode(buffer.subarray(0, length));
    length += count;
  }
  throw new Error("it is too long");
}

/**
 * Writes a file that exists.
 *
 * @throws {SystemError} The system refuses.
 */
export function writeSpecialFile(path: string, text: string): void {
  using file = openSpecialFile(path, "write");
  file.writeSync(new TextEncoder().encode(text));
}
