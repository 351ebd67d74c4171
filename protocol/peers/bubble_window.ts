/**
 * How many bubbles may go unanswered, RFC 4380 §5.2.6.
 *
 * @module
 */

import { BUBBLE_WINDOW, MAX_BUBBLES } from "../constants.ts";

/** Remembers the latest unanswered bubbles: no more than four in 300 seconds. */
export class BubbleWindow {
  /** When the last {@linkcode MAX_BUBBLES} went out, the earliest first. */
  readonly #times: Float64Array;
  readonly #first: number;

  /**
   * The window whose memory is {@linkcode MAX_BUBBLES} of `times`, from the one at `first` on.
   */
  constructor(times: Float64Array, first: number) {
    this.#times = times;
    this.#first = first;
  }

  /** A window with memory that no other one shares, and no bubbles in it. */
  static alone(): BubbleWindow {
    const window = new BubbleWindow(new Float64Array(MAX_BUBBLES), 0);
    window.reset();
    return window;
  }

  /**
   * Whether another bubble may go out.
   *
   * @param length of another window, in milliseconds
   */
  isOpen(now: number, length = BUBBLE_WINDOW): boolean {
    return now - this.#times[this.#first]! >= length;
  }

  /** When the last unanswered bubble went out; `-Infinity` without any. */
  get last(): number {
    return this.#times[this.#first + MAX_BUBBLES - 1]!;
  }

  /** A bubble went out. */
  add(now: number): void {
    const first = this.#first;
    const last = first + MAX_BUBBLES - 1;
    this.#times.copyWithin(first, first + 1, last + 1);
    this.#times[last] = now;
  }

  /** An answer came. */
  reset(): void {
    this.#times.fill(-Infinity, this.#first, this.#first + MAX_BUBBLES);
  }

  /**
   * Counts a bubble, if one may go out.
   *
   * @param retryAfter how long after the last bubble another one may go out though the window is
   * not open, in milliseconds
   */
  take(now: number, retryAfter = Infinity): boolean {
    if (!this.isOpen(now) && now - this.last < retryAfter) return false;
    this.add(now);
    return true;
  }
}
