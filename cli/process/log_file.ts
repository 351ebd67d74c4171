/**
 * A log in a file, for service managers that have no log. It does not grow without end.
 *
 * @module
 */

import { reasonOf } from "../../reason.ts";
import { absolutePath } from "./folders.ts";
import { followLinks, isSameFile, openOwnFile, ownFileAt } from "./own_file.ts";

/** Octets at which a log is put aside. */
export const MAX_LOG = 4 * 1024 * 1024;

/** Octets that are copied at a time. */
const PIECE = 64 * 1024;

const NEWLINE = "\n".charCodeAt(0);

const encoder = new TextEncoder();

/**
 * Appends to a file. Once it is full, what is in it goes to another one, `.old`, in place of what is
 * there, and it begins again.
 *
 * All files are opened at the start: later the role may have another user, which may neither rename
 * nor make a file in that folder.
 */
export class LogFile implements Disposable {
  readonly #oldPath: string;
  #max: number;
  readonly #files = new DisposableStack();
  readonly #file: Deno.FsFile;
  /**
   * The same file, to be read and emptied: on Windows, one that is open to append can't be.
   * Undefined if it may only grow, as with `chattr +a`.
   */
  readonly #content: Deno.FsFile | undefined;
  /** What was put aside, or why it can't be written. */
  readonly #old: Deno.FsFile | string;
  #size: number;

  /**
   * @param max octets of a full file
   * @throws {Error} it cannot be written to
   */
  constructor(path: string, max = MAX_LOG) {
    const full = absolutePath(path);
    this.#oldPath = `${full}.old`;
    this.#max = max;
    refuseStream(full);
    using files = new DisposableStack();
    const place = followLinks(full);
    const file = this.#file = files.use(openOwnFile(place, { append: true }));
    const info = file.statSync();
    const { size, mode } = info;
    const content = this.#content = openContent(place, info);
    if (content !== undefined) files.use(content);
    const old = openOld(this.#oldPath, mode);
    this.#old = typeof old === "string" ? old : files.use(old);
    this.#size = size;
    this.#files = files.move();
  }

  /**
   * Writes some octets, and says how many. A line that is written in one call is not divided.
   *
   * @throws {Error} the system refuses
   */
  writeSync(octets: Uint8Array): number {
    const isFull = this.#size > 0 && this.#size + octets.length > this.#max;
    if (isFull && this.#content !== undefined) this.#putAside(this.#content);
    const written = this.#file.writeSync(octets);
    this.#size += written;
    return written;
  }

  #putAside(content: Deno.FsFile): void {
    const { copied, obstacle } = this.#copy(content);
    const loss = obstacle === undefined
      ? ""
      : `(older lines missing here, because ${this.#oldPath} cannot be written: ${obstacle}: ` +
        `${countLines(content, copied)})\n`;
    try {
      content.truncateSync(0);
    } catch {
      // It has become one that may only grow.
      this.#max = Infinity;
      return;
    }
    this.#size = this.#file.writeSync(encoder.encode(loss));
  }

  /** Copies the log to the older one. Says how many octets, and what is in the way, if anything. */
  #copy(content: Deno.FsFile): { readonly copied: number; readonly obstacle: string | undefined } {
    const old = this.#old;
    let copied = 0;
    if (typeof old === "string") return { copied, obstacle: old };
    try {
      old.truncateSync(0);
      old.seekSync(0, Deno.SeekMode.Start);
      for (const piece of pieces(content)) {
        for (let at = 0; at < piece.length;) {
          const written = old.writeSync(piece.subarray(at));
          at += written;
          copied += written;
        }
      }
      return { copied, obstacle: undefined };
    } catch (error) {
      return { copied, obstacle: reasonOf(error) };
    }
  }

  [Symbol.dispose](): void {
    this.#files.dispose();
  }
}

/** The lines that end in a file, after so many octets. */
function countLines(file: Deno.FsFile, start: number): number {
  let lines = 0;
  for (const piece of pieces(file, start)) {
    for (const octet of piece) if (octet === NEWLINE) lines++;
  }
  return lines;
}

/** What is in a file, from there on; each piece is valid until the next. */
function* pieces(file: Deno.FsFile, start = 0): Iterable<Uint8Array> {
  const piece = new Uint8Array(PIECE);
  file.seekSync(start, Deno.SeekMode.Start);
  for (let count; (count = file.readSync(piece)) !== null;) yield piece.subarray(0, count);
}

function openContent(path: string, log: Deno.FileInfo): Deno.FsFile | undefined {
  try {
    const file = Deno.openSync(path, { read: true, write: true });
    if (isSameFile(file, log)) return file;
    file.close();
    return undefined;
  } catch {
    return undefined;
  }
}

/**
 * Opens the older log, or says why it can't be. A link is not followed: it may lead anywhere.
 *
 * @param mode the rights of the log, which the older one gets
 */
function openOld(path: string, mode: number | null): Deno.FsFile | string {
  try {
    if (ownFileAt(path)?.isFile === false) return "it is not a file";
    return openOwnFile(path, { write: true }, mode === null ? undefined : mode & 0o777);
  } catch (error) {
    return reasonOf(error);
  }
}

/** Opening a pipe would wait for its reader. Devices can't be put aside. */
function refuseStream(path: string): void {
  let found: Deno.FileInfo;
  try {
    found = Deno.statSync(path);
  } catch {
    return;
  }
  if (found.isFile || found.isDirectory) return;
  throw new Error("it is a pipe or device: give the name of a file");
}
