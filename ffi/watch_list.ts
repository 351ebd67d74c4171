/**
 * What one `poll` waits for, and what it had to say.
 *
 * @module
 */

import { errno, errnoName, SystemError } from "./c/errno.ts";
import { libc } from "./c/libc.ts";
import { allocate } from "./c/struct.ts";
import { POLLFD } from "./linux/structs.ts";

// What <poll.h> lets a descriptor say.

/** There is something to read. */
export const POLLIN = 0x01;
/** An error is pending. */
export const POLLERR = 0x08;
/** The other end is gone. */
export const POLLHUP = 0x10;
/** The descriptor is not open. */
export const POLLNVAL = 0x20;

/** The descriptors that one `poll` waits for: the bell, at 0, and every source. */
export class WatchList<Source> {
  readonly length: number;
  readonly #sources: readonly Source[];
  /** `struct pollfd`, one behind the other. */
  readonly #array: Uint8Array<ArrayBuffer>;
  readonly #count: bigint;

  constructor(bell: number, sources: ReadonlyMap<number, Source>) {
    this.#sources = [...sources.values()];
    this.length = 1 + sources.size;
    this.#count = BigInt(this.length);
    this.#array = allocate(this.length * POLLFD.size);
    [bell, ...sources.keys()].forEach((fd, i) => {
      POLLFD.write(this.#array, i * POLLFD.size, { fd, events: POLLIN });
    });
  }

  source(i: number): Source {
    return this.#sources[i - 1]!;
  }

  fd(i: number): number {
    return POLLFD.decode(this.#array, i * POLLFD.size).fd;
  }

  /** What the last poll has to say about a descriptor. None of what is asked for stands in the high octet. */
  revents(i: number): number {
    return this.#array[i * POLLFD.size + POLLFD.offset.revents]!;
  }

  /** How many descriptors have something to say within so many milliseconds; negative for an error. */
  poll(milliseconds: number): number {
    return libc().poll(this.#array, this.#count, milliseconds);
  }

  /** The same on a thread, and without an end. */
  async pollOnThread(): Promise<number> {
    const ready = await libc().pollOnThread(this.#array, this.#count, -1);
    // Reading the array keeps it alive for as long as the thread needed it.
    return this.#array.length > 0 ? ready : -1;
  }

  /** Throws unless `poll` works after all, as it does when a signal interrupted it. */
  check(): void {
    if (this.poll(0) >= 0) return;
    const code = errno();
    if (errnoName(code) !== "EINTR") throw new SystemError("wait for descriptors", "poll", code);
  }
}
