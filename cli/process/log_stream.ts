/**
 * The log's way to its reader, which may have stopped reading: a stuck terminal, a full pipe, a full
 * disk. The program must not stop with it, so lines that nobody takes are dropped and counted.
 *
 * @module
 */

/** Octets that a writable stream takes without waiting: PIPE_BUF of Linux. */
const PIECE = 4_096;

const encoder = new TextEncoder();

/** Why lines are missing. */
const CAUSES = {
  unread: "nobody read the log",
  failed: "the log could not be written",
} as const;

type Cause = keyof typeof CAUSES;

/** How many octets were taken, and why not all of them. */
export interface Written {
  readonly taken: number;
  readonly cause?: Cause;
}

/** Where lines go. */
interface LogTarget {
  /** Whether it takes {@linkcode PIECE} octets without waiting, or `write` does not wait. */
  isWritable(): boolean;
  write(octets: Uint8Array): Written;
}

/** Writes lines as long as somebody reads them. */
export class LogStream {
  readonly #target: LogTarget;
  /** How many lines are missing since one was written. */
  #missing: Readonly<Record<Cause, number>> = { unread: 0, failed: 0 };
  #isCut = false;

  constructor(target: LogTarget) {
    this.#target = target;
  }

  /** Writes a line with its end, or drops it. */
  write(line: string): void {
    // One octet for each character.
    const notices = (this.#isCut ? "\n" : "") + this.#notices();
    const { taken, cause } = this.#writePieces(encoder.encode(notices + line));
    if (taken >= notices.length && taken > 0) this.#missing = { unread: 0, failed: 0 };
    if (taken > 0) this.#isCut = cause !== undefined;
    if (cause !== undefined) {
      this.#missing = { ...this.#missing, [cause]: this.#missing[cause] + 1 };
    }
  }

  #notices(): string {
    return Object.entries(CAUSES).map(([cause, why]) => {
      const count = this.#missing[cause as Cause];
      return count === 0 ? "" : `(lines missing here, because ${why}: ${count})\n`;
    }).join("");
  }

  #writePieces(octets: Uint8Array): Written {
    let taken = 0;
    while (taken < octets.length) {
      if (!this.#target.isWritable()) return { taken, cause: "unread" };
      const piece = octets.subarray(taken, taken + PIECE);
      const written = this.#target.write(piece);
      taken += written.taken;
      if (written.cause !== undefined) return { taken, cause: written.cause };
    }
    return { taken };
  }
}
