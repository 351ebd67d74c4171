/**
 * A pipe that a recording goes to. Its reader may be slow, stop reading, or be missing, and the role
 * must not wait for it.
 *
 * @module
 */

import { closeSync, constants, openSync, writeSync } from "node:fs";

/** Octets that every pipe takes as a whole or not at all: PIPE_BUF is never less. */
const PIECE = 512;

/** Writes as long as somebody reads. */
export class PcapPipe {
  readonly #fd: number;
  readonly #onLoss: () => void;
  /** What the pipe did not take yet of the latest write. */
  #rest = new Uint8Array(0);
  #hasLost = false;

  /**
   * Opens a pipe that somebody reads.
   *
   * @param onLoss called once, when the reader is so slow that something is left out
   * @throws an error with the code `ENXIO` if nobody reads it
   */
  constructor(path: string, onLoss: () => void) {
    this.#fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
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
    closeSync(this.#fd);
  }

  #send(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.#take(bytes.subarray(at, at + PIECE))) at += PIECE;
    this.#rest = bytes.slice(at);
  }

  /** False if the pipe has no room. */
  #take(piece: Uint8Array): boolean {
    try {
      writeSync(this.#fd, piece);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return false;
      throw error;
    }
  }
}
