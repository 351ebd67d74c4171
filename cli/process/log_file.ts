/**
 * A log in a file, for service managers that have no log. It does not grow without end.
 *
 * @module
 */

import { absolutePath } from "./folders.ts";

/** Octets at which a log is put aside. */
export const MAX_LOG = 4 * 1024 * 1024;

/** Appends to a file. Once it is full, it is renamed to `.old`, in place of an older one. */
export class LogFile {
  readonly #path: string;
  readonly #max: number;
  #file: Deno.FsFile | undefined;
  #size = 0;

  /**
   * @param max octets of a full file
   * @throws {Error} it cannot be written to
   */
  constructor(path: string, max = MAX_LOG) {
    // A full file is renamed when the role may have another user.
    this.#path = absolutePath(path);
    this.#max = max;
    this.#file = this.#open();
  }

  /**
   * Writes some octets, and says how many. A line that is written in one call is not divided.
   *
   * @throws {Error} the system refuses
   */
  writeSync(octets: Uint8Array): number {
    if (this.#size > 0 && this.#size + octets.length > this.#max) this.#putAside();
    this.#file ??= this.#open();
    const written = this.#file.writeSync(octets);
    this.#size += written;
    return written;
  }

  #open(): Deno.FsFile {
    refuseStream(this.#path);
    const file = Deno.openSync(this.#path, { append: true, create: true });
    this.#size = file.statSync().size;
    return file;
  }

  /** Windows renames only what is closed. */
  #putAside(): void {
    this.close();
    try {
      Deno.renameSync(this.#path, `${this.#path}.old`);
    } catch {
      // Somebody has the older one open. This one goes on, and is put aside after the next line.
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
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
