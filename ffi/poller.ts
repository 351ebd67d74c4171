import { setImmediate } from "node:timers";
import { newBell, newWaitList } from "./open.ts";
import {
  type Bell,
  type Drain,
  NOT_OPEN,
  READABLE,
  TROUBLED,
  type WaitHandle,
  type WaitList,
  type Watcher,
} from "./waiting.ts";

/**
 * After the last pass that had something to do, so many more come before the poller waits on a thread. That takes about
 * 10 to 20 µs of processor time, a pass 2; where packets came from, more are likely to follow at once.
 */
const IDLE_PASSES = 8;

/**
 * How long packets may follow one another without a turn of the event loop, in milliseconds: a turn costs as much as a
 * short pass.
 */
const LONGEST_STRETCH = 1;

/**
 * How long one nap lasts, in milliseconds: the first after something was read, and the longest. A timer or a signal may
 * have to wait for one, and for the stretch that follows it. Each is twice as long as the one before.
 */
const SHORTEST_NAP = 1;
const LONGEST_NAP = 4;

/** For so many milliseconds after something was read, naps take the place of the wait: longer than from ping to ping. */
const NAPPING = 1_200;

/**
 * After a nap the event loop turns so many times. To answer a request on its own sockets takes it a dozen turns, and
 * with a nap between any two of them a status took a second.
 */
const TURNS_AFTER_NAP = 8;

/** So many functions may wait for one another, the first of them for a packet, without having to wait for a nap, too. */
const FOLLOWERS = 10;

/**
 * Where packets follow one another within this interval, so many times in a row, one looks out for the next one for a
 * while; all in milliseconds. To fall asleep and be woken takes longer.
 */
const CLOSE_INTERVAL = 0.1;
const CLOSE_READS_MIN = 16;
const LOOKOUT = 0.03;

/** A descriptor that complains this often in a row, without anything to read, will not recover. */
const COMPLAINTS_MAX = 100;

/**
 * How long a descriptor that complains is left alone, in milliseconds. While an interface is being deleted,
 * its TUN reports an error to every poll, and reading it tells only afterwards what the matter was.
 */
const COMPLAINT_PAUSE = 10;

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
 * Where the event loop has sockets of its own to hear, the poller waits in one `poll` on a thread:
 *
 *     run ──► pass: drain every source once ──idle──► poll on a thread ──┐
 *              ▲  ▲                │                                     │
 *              │  └─ turn of the ◄─┘                                     │
 *              │     event loop                                          │
 *              └────────────── readable, or woken ───────────────────────┘
 *
 * To come back from the thread takes two wake-ups, one of them through Deno's event loop: some tenths of a
 * millisecond, which a ping pays four times. A poller that may hold up the event loop waits on the main thread itself
 * while traffic is recent, for a few milliseconds at a time:
 *
 *     run ──► nap: poll, and drain what ──something──► stretch: the same without waiting,
 *              ▲  │    is readable                          │     while packets follow
 *              │  ├─ nothing ──► turns of the event loop ◄──┘
 *              │  │                       │
 *              ├──│───────────────────────┘
 *              │  └─ nothing for long ──► poll on a thread ──► pass ──┐
 *              └──────────────────────────────────────────────────────┘
 *
 * Draining is synchronous, cheap and bounded, and so is a stretch: timers, sockets and promises get their turn, and a
 * flood on one descriptor starves neither the others nor the rest of the program.
 *
 * A poller at rest owns nothing. One that runs keeps the process alive.
 */
export class Poller implements Watcher {
  readonly #sources = new Map<WaitHandle, Source>();
  /** Open while {@linkcode run} is. It counts, so waking a poller that is about to wait is not lost. */
  #bell: Bell | undefined;
  /** What looks are for; undefined once that has changed. */
  #lookList: WaitList<Source> | undefined;
  /** Whether every source is to be drained, readable or not: one had more than it gave, was never asked, or ended a wait. */
  #passIsDue = false;
  /** When something was read, and how often in a row that was soon after the time before. */
  #readAt = -Infinity;
  #closeReads = 0;

  /** Starts to watch a descriptor. It must be non-blocking, and stays the caller's to close. */
  add(handle: WaitHandle, drain: Drain): void {
    this.#sources.set(handle, { drain, complaints: 0 });
    this.#lookList = undefined;
    this.wake();
  }

  /**
   * Stops watching a descriptor.
   *
   * A poll under way still holds on to it for the microseconds until the wake-up gets through; closing it
   * meanwhile is safe, and takes effect then.
   */
  remove(handle: WaitHandle): void {
    this.#sources.delete(handle);
    this.#lookList = undefined;
    this.wake();
  }

  async watch(handle: WaitHandle, drain: Drain, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    signal.addEventListener("abort", end);
    this.add(handle, drain);
    try {
      await promise;
    } finally {
      this.remove(handle);
      signal.removeEventListener("abort", end);
    }
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
    const bell = this.#bell = newBell();
    const ring = () => bell.ring();
    signal.addEventListener("abort", ring);
    try {
      if (mayHold) await this.#runHolding(bell, signal);
      else await this.#runTurning(bell, signal);
    } finally {
      signal.removeEventListener("abort", ring);
      this.#bell = this.#lookList = undefined;
      bell.close();
    }
  }

  async #runTurning(bell: Bell, signal: AbortSignal): Promise<void> {
    let idlePasses = 0;
    while (!signal.aborted) {
      idlePasses = this.#pass() ? 0 : idlePasses + 1;
      if (idlePasses <= IDLE_PASSES) await turn();
      else await this.#wait(bell);
    }
  }

  async #runHolding(bell: Bell, signal: AbortSignal): Promise<void> {
    this.#passIsDue = true;
    let nap = SHORTEST_NAP;
    let turnDue = 0;
    while (!signal.aborted) {
      const found = this.#look(bell, nap);
      if (found === "read") {
        this.#stretch(bell, signal);
        nap = SHORTEST_NAP;
        if (performance.now() < turnDue) {
          await followUp();
          continue;
        }
        await turn();
      } else if (found === "complaint" || performance.now() >= this.#readAt + NAPPING) {
        await this.#wait(bell);
        this.#passIsDue = true;
      } else {
        nap = Math.min(2 * nap, LONGEST_NAP);
        for (let i = 0; i < TURNS_AFTER_NAP; i++) await turn();
      }
      turnDue = performance.now() + LONGEST_STRETCH;
    }
  }

  /** Drains every source once; true when one had something. */
  #pass(): boolean {
    let hasRead = false;
    this.#passIsDue = false;
    for (const { drain } of this.#sources.values()) {
      if (this.#drain(drain)) hasRead = true;
    }
    return hasRead;
  }

  /** True when there was something. */
  #drain(drain: Drain): boolean {
    const drained = drain();
    if (drained === "more") this.#passIsDue = true;
    return drained !== "nothing";
  }

  /** Goes on with what follows what was read, for long enough. */
  #stretch(bell: Bell, signal: AbortSignal): void {
    let now = performance.now();
    const end = now + LONGEST_STRETCH;
    do {
      this.#closeReads = now - this.#readAt < CLOSE_INTERVAL ? this.#closeReads + 1 : 0;
      this.#readAt = now;
    } while (!signal.aborted && this.#readNext(bell) && (now = performance.now()) < end);
  }

  /** Reads what is there already or, where packets follow closely, will soon be. */
  #readNext(bell: Bell): boolean {
    if (this.#closeReads < CLOSE_READS_MIN) return this.#look(bell, 0) === "read";
    const end = performance.now() + LOOKOUT;
    do {
      if (this.#look(bell, 0) === "read") return true;
    } while (performance.now() < end);
    this.#closeReads = 0;
    return false;
  }

  /**
   * Drains what is readable, and waits for that on this very thread, unless a source had more. A complaint is about a
   * descriptor that has something to say, and nothing to read.
   */
  #look(bell: Bell, milliseconds: number): "nothing" | "read" | "complaint" {
    if (this.#passIsDue) return this.#pass() ? "read" : "nothing";
    const list = this.#lookList ??= newWaitList(bell.handle, this.#sources);
    const ready = list.wait(milliseconds);
    if (ready < 0) list.check();
    if (ready <= 0) return "nothing";
    if (list.condition(0) !== 0) {
      bell.silence();
      return this.#pass() ? "read" : "nothing";
    }
    let [hasRead, complains] = [false, false];
    // A drain may change what is watched; what is readable beyond that is so still the next time.
    for (let i = 1; i < list.length && this.#lookList === list; i++) {
      const condition = list.condition(i);
      if (condition === 0) continue;
      if (this.#drain(list.source(i).drain)) hasRead = true;
      // Readable, and then nothing to read, is a datagram with a wrong checksum.
      else if ((condition & READABLE) === 0) complains = true;
    }
    return hasRead ? "read" : complains ? "complaint" : "nothing";
  }

  async #wait(bell: Bell): Promise<void> {
    const list = newWaitList(bell.handle, this.#sources);
    const ready = await list.waitOnThread();
    // Whatever errno says now is not about that call. Asking again here, without waiting, tells.
    if (ready < 0) list.check();

    if (list.condition(0) !== 0) bell.silence();
    let complains = false;
    for (let i = 1; i < list.length; i++) {
      if (this.#listen(list.handle(i), list.source(i), list.condition(i))) complains = true;
    }
    if (complains) await pause();
  }

  /** Notices descriptors that make every poll return at once and have nothing to read: true for such. */
  #listen(handle: WaitHandle, source: Source, condition: number): boolean {
    // Removed while the poll was under way; the number may be another file's by now.
    if (this.#sources.get(handle) !== source) return false;
    if ((condition & NOT_OPEN) !== 0) {
      throw new TypeError(
        `Cannot wait for ${handle}: it was closed but not removed from the poller`,
      );
    }
    const complains = (condition & TROUBLED) !== 0 && (condition & READABLE) === 0;
    source.complaints = complains ? source.complaints + 1 : 0;
    if (source.complaints > COMPLAINTS_MAX) {
      throw new Error(
        `Cannot wait for ${handle}: it reports errors and gives nothing to read`,
      );
    }
    return complains;
  }
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

/**
 * Lets those go on who waited for what was read, and those who waited for them, and so on. A turn of the event loop
 * would do, but takes 15 µs where nothing is in the processor's caches.
 */
async function followUp(): Promise<void> {
  for (let i = 0; i < FOLLOWERS; i++) await undefined;
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, COMPLAINT_PAUSE);
  });
}
