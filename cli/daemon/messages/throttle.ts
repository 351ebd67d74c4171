/**
 * Fewer messages of one kind, where anybody can cause them.
 *
 * @module
 */

import { TokenBucket } from "../../../protocol/token_bucket.ts";
import type { Message } from "./message.ts";

/** Messages of one kind. */
const RATE = { perSecond: 2, burst: 50 } as const;

interface Kind {
  readonly limit: TokenBucket;
  left: number;
}

/** Lets so many messages of each kind through, and says how many it did not. */
export class Throttle {
  readonly #kinds = new Map<string, Kind>();

  /**
   * The message, or `undefined` if there are too many of its kind.
   *
   * @param now in milliseconds
   */
  take(kind: string, message: Message, now: number): Message | undefined {
    const known = this.#kinds.get(kind) ?? { limit: new TokenBucket(RATE), left: 0 };
    this.#kinds.set(kind, known);
    if (!known.limit.take(now)) {
      known.left++;
      return undefined;
    }
    const { left } = known;
    known.left = 0;
    return left === 0 ? message : { ...message, text: `${message.text} (${left} more like this)` };
  }
}
