/**
 * Waiting by `poll`, which all Unix systems have alike.
 *
 * @module
 */

import { READABLE, type WaitHandle, type WaitList } from "../waiting.ts";
import { SystemError } from "./errno.ts";
import { libc } from "./libc.ts";
import { allocate, i16, i32, struct } from "./struct.ts";
import { outcomeOf } from "./system_call.ts";

/** `struct pollfd` of `<poll.h>`. */
export const POLLFD = struct({
  fd: i32,
  events: i16,
  revents: i16,
});

/**
 * The longest wait on a thread, in milliseconds. A bell whose ring failed is heard after it.
 */
const LONGEST_WAIT = 10_000;

/** There is room to write. */
export const POLLOUT = 0x04;

/** The descriptors that one `poll` waits for. */
export class PollList<Source> implements WaitList<Source> {
  readonly length: number;
  readonly first: number;
  readonly #handles: readonly WaitHandle[];
  readonly #sources: readonly Source[];
  /** `struct pollfd`, one behind the other. */
  readonly #array: Uint8Array<ArrayBuffer>;
  readonly #count: bigint;

  constructor(ends: readonly WaitHandle[], sources: ReadonlyMap<WaitHandle, Source>) {
    this.#handles = [...ends, ...sources.keys()];
    this.#sources = [...sources.values()];
    this.first = ends.length;
    this.length = this.#handles.length;
    this.#count = BigInt(this.length);
    this.#array = allocate(this.length * POLLFD.size);
    this.#handles.forEach((fd, i) => {
      POLLFD.write(this.#array, i * POLLFD.size, { fd, events: READABLE });
    });
  }

  source(i: number): Source {
    return this.#sources[i - this.first]!;
  }

  handle(i: number): WaitHandle {
    return this.#handles[i]!;
  }

  condition(i: number): number {
    // All bits that matter are in the low octet.
    return this.#array[i * POLLFD.size + POLLFD.offset.revents]!;
  }

  wait(milliseconds: number): number {
    return libc().poll(this.#array, this.#count, milliseconds);
  }

  async waitOnThread(): Promise<number> {
    const ready = await libc().pollOnThread(this.#array, this.#count, LONGEST_WAIT);
    // Reading the array keeps it alive for as long as the thread needed it.
    return this.#array.length > 0 ? ready : -1;
  }

  check(): void {
    const outcome = outcomeOf(() => this.wait(0));
    if (outcome < 0) throw new SystemError("wait for packets", "poll", -outcome);
  }
}
