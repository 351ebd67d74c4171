/**
 * What to do about a call that keeps failing: leave it alone for a while, and in the end give up.
 *
 *     fails ──► 1 ms ──► fails ──► 2 ms ──► … ──► 1 s ──► fails ──► 1 s ──► … 30 s ──► give up
 *       └── works: everything is forgotten
 *
 * @module
 */

import { type ErrnoName, SystemError } from "../c/errno.ts";

/** The first pause after a failure; each is twice as long as the one before. In milliseconds. */
const SHORTEST_PAUSE = 1;

/** The longest pause, unless the caller has another limit. In milliseconds. */
const LONGEST_PAUSE = 1_000;

/** How long a call may fail without ever working, in milliseconds. */
const PATIENCE = 30_000;

/**
 * Errors that may go away: no memory, no room, a device in trouble, a firewall or sandbox in
 * somebody's hands. With any other error, such as EBADF or ENODEV, the thing itself is broken.
 */
const PASSING: ReadonlySet<ErrnoName> = new Set<ErrnoName>([
  ...[
    "EAGAIN",
    "EINTR",
    "ENOBUFS",
    "ENOMEM",
    "EIO",
    "EPERM",
    "EACCES",
    "EMFILE",
    "ENFILE",
  ] as const,
  // Left by an ICMP error for a datagram that was sent earlier.
  ...["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EHOSTDOWN", "EPROTO"] as const,
  // Left by another call, such as one that looked for the event loop: no call that is endured gives
  // such a number for a socket or interface that is open. It says nothing about this failure.
  ...["ENOTSOCK", "ENOENT", "ENOTDIR", "EEXIST", "ENOTTY", "ESPIPE", "ESRCH", "ECHILD"] as const,
]);

/**
 * A call has failed for too long. It is not a {@linkcode SystemError}: the permission that it may
 * complain about was there before, and may be there again when the program is restarted.
 */
export class LastingFailure extends Error {
  override readonly name = "LastingFailure";
}

/** Decides how long to leave a call alone that fails. One for each call. */
export class Endurance {
  readonly #longestPause: number;
  readonly #now: () => number;
  /** When the call began to fail, and the next pause; undefined while it works. */
  #spell: { readonly since: number; pause: number } | undefined;

  /**
   * @param longestPause in milliseconds
   * @param now a clock in milliseconds
   */
  constructor(longestPause = LONGEST_PAUSE, now: () => number = () => performance.now()) {
    this.#longestPause = longestPause;
    this.#now = now;
  }

  /** Whether the call failed the last time. */
  get isFailing(): boolean {
    return this.#spell !== undefined;
  }

  /**
   * The call has failed. Returns how long to leave it alone, in milliseconds.
   *
   * @throws {LastingFailure} the call has failed for 30 s
   * @throws `error`, if it will not go away
   */
  pauseAfter(error: unknown): number {
    if (!(error instanceof SystemError) || !PASSING.has(error.code)) throw error;
    const now = this.#now();
    const spell = this.#spell ??= { since: now, pause: SHORTEST_PAUSE };
    if (now - spell.since > PATIENCE) {
      throw new LastingFailure(`${error.message}, for 30 s`, { cause: error });
    }
    const { pause } = spell;
    spell.pause = Math.min(2 * pause, this.#longestPause);
    return pause;
  }

  /** The call works. */
  succeed(): void {
    this.#spell = undefined;
  }
}
