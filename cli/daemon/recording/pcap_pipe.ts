/**
 * A pipe or terminal that a recording goes to. Its reader may be slow, stop reading, or be missing,
 * and the role must not wait for it.
 *
 * @module
 */

import { SystemError } from "../../../ffi/c/errno.ts";
import { openSpecialFile, type StreamFile } from "../../../ffi/c/special_file.ts";

/** Octets that every pipe takes as a whole or not at all: PIPE_BUF is never less. */
const PIECE = 512;

/** Writes as long as somebody reads. */
export class PcapPipe {
  readonly #file: StreamFile;
  readonly #onLoss: () => void;
  /** What the pipe did not take yet of the latest write. */
  #rest = new Uint8Array(0);
  #hasLost = false;

  /**
   * Opens a pipe that somebody reads.
   *
   * @param onLoss called once, when the reader is so slow that something is left out
   * @throws {SystemError} with the code `ENXIO` if nobody reads it
   */
  constructor(path: string, onLoss: () => void) {
    this.#file = openSpecialFile(path, "write without waiting");
    this.#onLoss = onLoss;
  }

  /**
   * Writes whole records, or leaves them out while the pipe has not taken those before.
   *
   * @throws the reader is gone
   */
  write(bytes: Uint8Array): void {
    this.#send(this.#rest);
    if (this.#rest.length === 0) this.#send(bytes);
    else if (!this.#hasLost) {
      this.#hasLost = true;
      this.#onLoss();
    }
  }

  /** Closes the pipe. */
  close(): void {
    this.#file.close();
  }

  #send(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const written = this.#take(bytes.subarray(at, at + PIECE));
      if (written === 0) break;
      at += written;
    }
    this.#rest = bytes.slice(at);
  }

  /** How many octets the pipe took: none if it has no room, perhaps some if it is a terminal. */
  #take(piece: Uint8Array): number {
    try {
      return this.#file.writeSync(piece);
    } catch (error) {
      if (error instanceof SystemError && error.code === "EAGAIN") return 0;
      throw error;
    }
  }
}
