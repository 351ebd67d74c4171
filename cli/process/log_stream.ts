/**
 * The log's way to its reader, which may have stopped reading: a stuck terminal, a full pipe. The
 * program must not stop with it, so lines that nobody takes are dropped and counted.
 *
 * @module
 */

/** Octets that a writable stream takes without waiting: PIPE_BUF of Linux. */
const PIECE = 4_096;

const encoder = new TextEncoder();

/** Where lines go. */
interface LogTarget {
  /** Whether it takes {@linkcode PIECE} octets without waiting. */
  isWritable(): boolean;
  write(octets: Uint8Array): void;
}

/** Writes lines as long as somebody reads them. */
export class LogStream {
  readonly #target: LogTarget;
  #dropped = 0;
  #isCut = false;

  constructor(target: LogTarget) {
    this.#target = target;
  }

  /** Writes a line with its end, or drops it. */
  write(line: string): void {
    if (!this.#target.isWritable()) {
      this.#dropped++;
      return;
    }
    const missing = this.#dropped === 0
      ? ""
      : `(lines missing here, because nobody read the log: ${this.#dropped})\n`;
    const start = this.#isCut ? "\n" : "";
    this.#dropped = 0;
    this.#isCut = false;
    this.#writePieces(encoder.encode(start + missing + line));
  }

  #writePieces(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; at += PIECE) {
      if (at > 0 && !this.#target.isWritable()) {
        this.#dropped++;
        this.#isCut = true;
        return;
      }
      this.#target.write(octets.subarray(at, at + PIECE));
    }
  }
}
