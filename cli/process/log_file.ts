/**
 * A log in a file, for service managers that have no log. It does not grow without end.
 *
 * @module
 */

import { reasonOf } from "../../reason.ts";
import { absolutePath } from "./folders.ts";

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
  readonly #max: number;
  readonly #files = new DisposableStack();
  readonly #file: Deno.FsFile;
  /** The same file, to be read and emptied: on Windows, one that is open to append can't be. */
  readonly #content: Deno.FsFile;
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
    this.#file = files.use(Deno.openSync(full, { append: true, create: true }));
    this.#content = files.use(Deno.openSync(full, { read: true, write: true }));
    const old = openOld(this.#oldPath);
    this.#old = typeof old === "string" ? old : files.use(old);
    this.#size = this.#file.statSync().size;
    this.#files = files.move();
  }

  /**
   * Writes some octets, and says how many. A line that is written in one call is not divided.
   *
   * @throws {Error} the system refuses
   */
  writeSync(octets: Uint8Array): number {
    if (this.#size > 0 && this.#size + octets.length > this.#max) this.#putAside();
    const written = this.#file.writeSync(octets);
    this.#size += written;
    return written;
  }

  #putAside(): void {
    const obstacle = this.#copy();
    const loss = obstacle === undefined
      ? ""
      : `(older lines missing here, because ${this.#oldPath} cannot be written: ${obstacle}: ` +
        `${this.#countLines()})\n`;
    this.#content.truncateSync(0);
    this.#size = this.#file.writeSync(encoder.encode(loss));
  }

  /** Copies the log to the older one. Says what is in the way, if anything. */
  #copy(): string | undefined {
    const old = this.#old;
    if (typeof old === "string") return old;
    try {
      old.truncateSync(0);
      old.seekSync(0, Deno.SeekMode.Start);
      for (const piece of this.#pieces()) {
        for (let at = 0; at < piece.length;) at += old.writeSync(piece.subarray(at));
      }
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  #countLines(): number {
    let lines = 0;
    for (const piece of this.#pieces()) {
      for (const octet of piece) if (octet === NEWLINE) lines++;
    }
    return lines;
  }

  /** What is in the log; each piece is valid until the next. */
  *#pieces(): Iterable<Uint8Array> {
    const piece = new Uint8Array(PIECE);
    this.#content.seekSync(0, Deno.SeekMode.Start);
    for (let count; (count = this.#content.readSync(piece)) !== null;) {
      yield piece.subarray(0, count);
    }
  }

  [Symbol.dispose](): void {
    this.#files.dispose();
  }
}

/** Opens the older log, or says why it can't be. A link is not followed: it may lead anywhere. */
function openOld(path: string): Deno.FsFile | string {
  try {
    const isThere = isFile(path);
    return Deno.openSync(path, isThere ? { write: true } : { write: true, createNew: true });
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * Whether there is a file.
 *
 * @throws {Error} there is something else
 */
function isFile(path: string): boolean {
  let found: Deno.FileInfo;
  try {
    found = Deno.lstatSync(path);
  } catch {
    return false;
  }
  if (found.isFile) return true;
  throw new Error("it is not a file");
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
