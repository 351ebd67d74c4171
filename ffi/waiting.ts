/**
 * Waiting for input, whatever the system calls the things that it waits for.
 *
 * @module
 */

declare const waitHandle: unique symbol;

/**
 * How the system knows something that a poller can wait for. Only the code of that system looks
 * into it: on Linux and macOS it is a file descriptor, on Windows the handle of an event.
 */
export type WaitHandle = number & { readonly [waitHandle]: true };

/** The number as a handle. For the code of a system. */
export function handleOf(number: number): WaitHandle {
  return number as WaitHandle;
}

/**
 * What a drain found: nothing, everything that there was, or as much as one pass allows, and
 * perhaps there is more.
 */
export type Drained = "nothing" | "some" | "more";

/**
 * Reads what is there, without blocking and not for long. A drain that found "more" is called again
 * before anything waits, whether there is something to read or not.
 */
export type Drain = () => Drained;

/** Waits for input on behalf of others: a poller, or a test. */
export interface Watcher {
  /** Calls `drain` whenever there is something to read from `handle`, until `signal` aborts. */
  watch(handle: WaitHandle, drain: Drain, signal: AbortSignal): Promise<void>;
}

/** Ends a wait early. A bell that rings before the wait begins is heard when it does. */
export interface Bell {
  /** Ready while the bell rings. */
  readonly handle: WaitHandle;
  /** Rings until someone silences it. False if the system refuses. */
  ring(): boolean;
  /** Stops the ringing. True if it rang. */
  silence(): boolean;
  /** Gives the handle back. */
  close(): void;
}

// What a wait finds out about a handle. The bits are those of poll(2); other systems translate.

/** There is something to read. */
export const READABLE = 0x01;
/** An error is pending, or the other end is gone. */
export const TROUBLED = 0x18;
/** The handle is not open. */
export const NOT_OPEN = 0x20;

/** The handles that one wait covers: some that only end it, and then those of every source. */
export interface WaitList<Source> {
  /** How many handles there are. */
  readonly length: number;
  /** The number of the first handle that is a source's. */
  readonly first: number;
  /** The source of handle `i`. */
  source(i: number): Source;
  /** Handle `i`. */
  handle(i: number): WaitHandle;
  /** What the last wait found out about handle `i`: {@linkcode READABLE} and so on, added up. */
  condition(i: number): number;
  /**
   * Waits so many milliseconds at most. Returns how many handles have a condition; negative for an
   * error.
   */
  wait(milliseconds: number): number;
  /** The same on another thread, for at least some seconds. */
  waitOnThread(): Promise<number>;
  /**
   * Throws {@linkcode SystemError} unless waiting works after all, as it does when a signal
   * interrupted it.
   */
  check(): void;
}
