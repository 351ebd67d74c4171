import { setImmediate } from "node:timers";
import { errno, errnoName, SystemError } from "./errno.ts";
import { EventFd } from "./event_fd.ts";
import { libc } from "./libc.ts";
import { allocate } from "./struct.ts";
import { POLLFD } from "./structs.ts";

// <poll.h>
const POLLIN = 0x01;
const POLLERR = 0x08;
const POLLHUP = 0x10;
const POLLNVAL = 0x20;

/**
 * After the last pass that had something to do, so many more come before the poller waits. A wait takes about
 * 10 to 20 µs of processor time, a pass 2; where packets came from, more are likely to follow at once.
 */
const IDLE_PASSES = 8;

/**
 * How long passes follow one another without a turn of the event loop, in milliseconds: a turn costs as much as a
 * short pass.
 */
const LONGEST_STRETCH = 1;

/**
 * How long one nap lasts, in milliseconds: the first after something was read, and the longest, which is what a
 * timer or a signal may have to wait for. Each is twice as long as the one before.
 */
const SHORTEST_NAP = 1;
const LONGEST_NAP = 4;

/**
 * After a nap the event loop turns so many times. To answer a request on its own sockets takes it a dozen turns, and
 * with a nap between any two of them a status took a second.
 */
const TURNS_AFTER_NAP = 8;

/** For so many milliseconds after something was read, naps take the place of the wait: longer than from ping to ping. */
const NAPS = 1_200;

/** A descriptor that complains this often in a row, without anything to read, will not recover. */
const COMPLAINTS_MAX = 100;

/**
 * How long a descriptor that complains is left alone, in milliseconds. While an interface is being deleted,
 * its TUN reports an error to every poll, and reading it tells only afterwards what the matter was.
 */
const COMPLAINT_PAUSE = 10;

/**
 * Reads what a descriptor has to give, without blocking and not for long.
 *
 * @returns True when there may be more, so that it must be called again before anything waits: it had something,
 * or its share of packets for one pass was even used up. False when the descriptor has nothing (EAGAIN).
 */
export type Drain = () => boolean;

interface Source {
  readonly drain: Drain;
  complaints: number;
}

/** How a poller is to run. */
export interface RunOptions {
  /**
   * Whether the event loop may be held up for some milliseconds, while nothing arrives or much does. Only true where all
   * that is urgent is a source of this poller: the event loop's own sockets are not heard meanwhile.
   */
  readonly mayHold?: boolean;
}

/**
 * Waits for several descriptors at once, and drains those that have something.
 *
 *     run ──► pass: drain every source once ──long idle──► poll on a thread ──┐
 *              ▲  ▲                │                                          │
 *              │  └─ turn of the ◄─┴─ idle: nap, or nothing                   │
 *              │     event loop                                               │
 *              └────────────────── readable, or woken ────────────────────────┘
 *
 * Draining is synchronous and cheap; only a poller that has been idle for some passes waits, in one `poll` on a
 * thread of its own, which costs more than they do. Between two passes timers, sockets and promises get their turn,
 * so a flood on one descriptor starves neither the others nor the rest of the program.
 *
 * To come back from the thread takes two wake-ups, one of them through Deno's event loop: some tenths of a
 * millisecond, which a ping pays four times. While traffic is recent, a poller may therefore nap: wait in a `poll`
 * on the main thread itself, for a few milliseconds at a time.
 *
 * A poller at rest owns nothing. One that runs keeps the process alive.
 */
export class Poller {
  readonly #sources = new Map<number, Source>();
  /** Open while {@linkcode run} is. It counts, so waking a poller that is about to wait is not lost. */
  #bell: EventFd | undefined;
  /** What naps wait for; undefined once that has changed. */
  #napArray: Uint8Array<ArrayBuffer> | undefined;

  /** Starts to watch a descriptor. It must be non-blocking, and stays the caller's to close. */
  add(fd: number, drain: Drain): void {
    this.#sources.set(fd, { drain, complaints: 0 });
    this.#napArray = undefined;
    this.wake();
  }

  /**
   * Stops watching a descriptor.
   *
   * A poll under way still holds on to it for the microseconds until the wake-up gets through; closing it
   * meanwhile is safe, and takes effect then.
   */
  remove(fd: number): void {
    this.#sources.delete(fd);
    this.#napArray = undefined;
    this.wake();
  }

  /** Makes a running poller go through its sources once more. May be called at any time. */
  wake(): void {
    this.#bell?.ring();
  }

  /**
   * Drains and waits until `signal` aborts. When the promise settles, nothing of the poller is left: no
   * descriptor, no thread, nothing that keeps the process alive.
   *
   * @throws What a drain throws, and {@linkcode SystemError} when waiting is impossible.
   */
  async run(signal: AbortSignal, { mayHold = false }: RunOptions = {}): Promise<void> {
    if (this.#bell !== undefined) throw new TypeError("Cannot run a poller twice at a time");
    const bell = this.#bell = new EventFd();
    const ring = () => bell.ring();
    signal.addEventListener("abort", ring);
    try {
      let idlePasses = 0;
      let nap = SHORTEST_NAP;
      let napsEnd = 0;
      while (!signal.aborted) {
        idlePasses = (mayHold ? this.#passes() : this.#pass()) ? 0 : idlePasses + 1;
        if (idlePasses <= IDLE_PASSES) {
          await turn();
          continue;
        }
        const now = performance.now();
        if (idlePasses === IDLE_PASSES + 1) {
          nap = SHORTEST_NAP;
          napsEnd = now + NAPS;
        }
        if (!mayHold || now >= napsEnd) {
          await this.#wait(bell);
          continue;
        }
        if (!this.#nap(bell, nap)) {
          nap = Math.min(2 * nap, LONGEST_NAP);
          for (let i = 1; i < TURNS_AFTER_NAP; i++) await turn();
        } else if (this.#pass()) idlePasses = 0;
        // The bell, or a descriptor that complains: the wait knows what to do about that.
        else napsEnd = 0;
        await turn();
      }
    } finally {
      signal.removeEventListener("abort", ring);
      this.#bell = this.#napArray = undefined;
      bell.close();
    }
  }

  /** Drains every source until none has more, or for long enough. True when there was something. */
  #passes(): boolean {
    if (!this.#pass()) return false;
    const end = performance.now() + LONGEST_STRETCH;
    while (this.#pass()) {
      if (performance.now() >= end) return true;
    }
    return true;
  }

  /** Drains every source once. True when one of them has more. */
  #pass(): boolean {
    let more = false;
    for (const { drain } of this.#sources.values()) {
      if (drain()) more = true;
    }
    return more;
  }

  /** Waits on this very thread; true when there is something. */
  #nap(bell: EventFd, milliseconds: number): boolean {
    const array = this.#napArray ??= this.#watched(bell);
    const count = array.length / POLLFD.size;
    if (libc().poll(array, BigInt(count), milliseconds) <= 0) return false;
    bell.silence();
    return true;
  }

  /** What is waited for: the bell and every source. */
  #watched(bell: EventFd): Uint8Array<ArrayBuffer> {
    const watched = [bell.fd, ...this.#sources.keys()];
    const array = allocate(watched.length * POLLFD.size);
    watched.forEach((fd, i) => POLLFD.write(array, i * POLLFD.size, { fd, events: POLLIN }));
    return array;
  }

  async #wait(bell: EventFd): Promise<void> {
    const array = this.#watched(bell);
    const count = array.length / POLLFD.size;
    const ready = await libc().pollOnThread(array, BigInt(count), -1);
    // Whatever errno says now is not about that call. Asking again here, without waiting, tells.
    if (ready < 0) checkPoll(array, count);

    // Reading the array also keeps it alive for as long as the thread needed it.
    let complains = false;
    for (let i = 0; i < count; i++) {
      const { fd, revents } = POLLFD.decode(array, i * POLLFD.size);
      if (fd === bell.fd) bell.silence();
      else if (this.#listen(fd, revents)) complains = true;
    }
    if (complains) await pause();
  }

  /** Notices descriptors that make every poll return at once and have nothing to read: true for such. */
  #listen(fd: number, revents: number): boolean {
    const source = this.#sources.get(fd);
    // Removed while the poll was under way.
    if (source === undefined) return false;
    if ((revents & POLLNVAL) !== 0) {
      throw new TypeError(
        `Cannot wait for descriptor ${fd}: it was closed but not removed from the poller`,
      );
    }
    const complains = (revents & (POLLERR | POLLHUP)) !== 0 && (revents & POLLIN) === 0;
    source.complaints = complains ? source.complaints + 1 : 0;
    if (source.complaints > COMPLAINTS_MAX) {
      throw new Error(
        `Cannot wait for descriptor ${fd}: it reports errors and gives nothing to read`,
      );
    }
    return complains;
  }
}

/** Throws unless `poll` works after all, as it does when a signal interrupted it. */
function checkPoll(array: Uint8Array<ArrayBuffer>, count: number): void {
  if (libc().poll(array, BigInt(count), 0) >= 0) return;
  const code = errno();
  if (errnoName(code) !== "EINTR") throw new SystemError("wait for descriptors", "poll", code);
}

/**
 * Lets timers, sockets and promises run: one round of the event loop.
 *
 * `setImmediate` comes back in about 2 µs here, a MessageChannel in 13, and `setTimeout(…, 0)` in over 1 ms.
 */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, COMPLAINT_PAUSE);
  });
}
