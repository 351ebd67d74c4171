/**
 * Waits for packets, and reads them when they come.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { SystemError } from "../c/errno.ts";
import { Endurance } from "./endurance.ts";
import { Naps } from "./naps.ts";
import { newBell } from "../open.ts";
import { pause } from "../../pause.ts";
import { after } from "../../timers.ts";
import {
  type Bell,
  type Drain,
  READABLE,
  type WaitHandle,
  type WaitList,
  type Watcher,
} from "../waiting.ts";
import { type Source, WatchedSources } from "./watched_sources.ts";

/**
 * How many passes follow the last one that found something, before the poller waits on a thread.
 * Waiting there takes about 10 to 20 µs of processor time, a pass 2, and after packets more are
 * likely to come at once.
 */
const IDLE_PASSES = 8;

/**
 * How long packets may follow one another without a turn of the event loop, in milliseconds. With
 * many packets under way, a turn costs as much as a dozen of them.
 */
const LONGEST_STRETCH = 4;

/**
 * How many times the event loop turns after a nap. Answering a request on its own sockets takes a
 * dozen turns; with a deaf nap between any two of them a status took a second.
 */
const TURNS_AFTER_NAP = 8;

/**
 * How many functions may wait for one another, the first of them for a packet, without also waiting
 * for a nap.
 */
const FOLLOWERS = 10;

/**
 * After this many packets in a row that came within this interval of one another, the poller looks
 * out for the next one for a while. Times are in milliseconds. Falling asleep and waking up takes
 * longer.
 */
const CLOSE_INTERVAL = 0.1;
const CLOSE_READS_MIN = 16;
const LOOKOUT = 0.03;

/**
 * How long a source that complains is left alone, in milliseconds. While an interface is being
 * deleted, its TUN reports an error to every poll, and only later does reading from it show what is
 * wrong.
 */
const COMPLAINT_PAUSE = 10;

/**
 * The shortest and the longest pause while waiting itself fails, in milliseconds: until it works
 * again, packets are read after each pause.
 */
const SHORTEST_WAIT_PAUSE = 1;
const LONGEST_WAIT_PAUSE = 16;

/** What a look at the sources found. */
type Found = "nothing" | "read" | "turn" | "complaint";

/** How to run a poller. */
export interface RunOptions {
  /**
   * Whether the poller may hold up the event loop: for some milliseconds while much arrives, or
   * nothing and the system doesn't show what the event loop waits for. If the system does, until the
   * next timer of `timers.ts`; others come late. Only if everything urgent is a source of this
   * poller: while much arrives, nobody listens to the event loop's own sockets.
   */
  readonly mayHold?: boolean;
}

/**
 * Waits for several sources at once, and drains those that have something.
 *
 * If the event loop has its own sockets to listen to, the poller waits on a thread, here with
 * `poll`:
 *
 *     run ──► pass: drain every source once ──idle──► poll on a thread ──┐
 *              ▲  ▲                │                                     │
 *              │  └─ turn of the ◄─┘                                     │
 *              │     event loop                                          │
 *              └────────────── readable, or woken ───────────────────────┘
 *
 * Coming back from the thread takes two wake-ups, one of them through Deno's event loop: some
 * tenths of a millisecond, which a ping pays four times. A poller that may hold up the event loop
 * naps on the main thread instead. Where the system shows whether the event loop has something to
 * do, that ends a nap, as do a timer and a packet, so a nap may be long. Where /proc is hidden, naps
 * take a few milliseconds, and only while packets are recent. While they are, the poller reads its
 * sources after each nap, so that what does so stays in the processor's caches:
 *
 *     run ──► nap: poll, and drain what ──something──► stretch: the same without waiting,
 *              ▲  │    is readable                          │     while packets follow
 *              │  ├─ nothing ──► turns of the event loop ◄──┘
 *              │  │                       │
 *              ├──│───────────────────────┘
 *              │  └─ nothing for long, if deaf ────► poll on a thread ──► pass ──┐
 *              └─────────────────────────────────────────────────────────────────┘
 *
 * Draining is synchronous, cheap and bounded, and so is a stretch: timers, sockets and promises get
 * their turn, and a flood from one source starves neither the others nor the rest of the program.
 *
 * A poller at rest owns nothing. One that runs keeps the process alive.
 */
export class Poller implements Watcher {
  readonly #onFailure: (error: SystemError) => void;
  readonly #sources: WatchedSources;
  /** Open while {@linkcode run} runs. It remembers a ring, so none is lost just before a wait. */
  #bell: Bell | undefined;
  /** The bell could not be rung, and will be again. */
  #cancelNextRing = () => {};
  /** When something was last read, and how often in a row that was soon after the time before. */
  #readAt = -Infinity;
  #closeReads = 0;
  readonly #waiting = new Endurance(LONGEST_WAIT_PAUSE);

  /** @param onFailure called with each error that the poller endures */
  constructor(onFailure: (error: SystemError) => void = () => {}) {
    this.#onFailure = onFailure;
    this.#sources = new WatchedSources(onFailure, () => this.wake());
  }

  /** Adds a source. Reading from it must not block. The caller closes it. */
  add(handle: WaitHandle, drain: Drain): void {
    this.#sources.add(handle, drain);
  }

  /**
   * Removes a source.
   *
   * A wait under way holds on to it for the microseconds until it is woken. Closing the source
   * meanwhile is safe, and takes effect then.
   */
  remove(handle: WaitHandle): void {
    this.#sources.remove(handle);
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

  /** Makes a running poller go through its sources once more, at any time. */
  wake(): void {
    this.#cancelNextRing();
    if (this.#bell?.ring() !== false) return;
    this.#cancelNextRing = after(COMPLAINT_PAUSE, () => this.wake());
  }

  /**
   * Drains and waits until `signal` aborts. When the promise settles, nothing of the poller is
   * left: no bell, no thread, no timer, nothing that keeps the process alive.
   *
   * A source whose drain throws a {@linkcode SystemError} that may go away is left alone for a
   * while, which is longer each time; see {@linkcode Endurance}. The same goes for the wait itself.
   *
   * @throws What else a drain throws, and {@linkcode LastingFailure} when a source, or waiting, has
   * failed for 30 s.
   */
  async run(signal: AbortSignal, { mayHold = false }: RunOptions = {}): Promise<void> {
    if (this.#bell !== undefined) throw new TypeError("Cannot run a poller twice at a time");
    const bell = this.#bell = newBell();
    const ring = () => this.wake();
    signal.addEventListener("abort", ring);
    try {
      if (mayHold) await this.#runHolding(bell, signal);
      else await this.#runTurning(bell, signal);
    } finally {
      signal.removeEventListener("abort", ring);
      this.#bell = undefined;
      this.#cancelNextRing();
      this.#sources.settle();
      bell.close();
    }
  }

  async #runTurning(bell: Bell, signal: AbortSignal): Promise<void> {
    let idlePasses = 0;
    while (!signal.aborted) {
      idlePasses = this.#sources.pass() ? 0 : idlePasses + 1;
      if (idlePasses <= IDLE_PASSES) await turn();
      else await this.#wait(bell, signal);
    }
  }

  async #runHolding(bell: Bell, signal: AbortSignal): Promise<void> {
    this.#sources.passIsDue = true;
    const naps = new Naps(bell.handle);
    this.#sources.endBy(naps.ends);
    let turnDue = 0;
    while (!signal.aborted) {
      let found = this.#look(bell, naps.length);
      // Probably in vain, but what reads packets stays in the processor's caches.
      if (found === "nothing" && naps.isRecent && this.#sources.pass()) found = "read";
      if (found === "read") {
        this.#stretch(bell, signal);
        naps.restart();
        if (performance.now() < turnDue) {
          await followUp();
          continue;
        }
        await turn();
      } else if (found === "complaint" || naps.areOver) {
        await this.#wait(bell, signal);
        this.#sources.passIsDue = true;
      } else {
        naps.goOn(found === "turn");
        this.#sources.endBy(naps.ends);
        for (let i = 0; i < TURNS_AFTER_NAP; i++) await turn();
      }
      turnDue = performance.now() + LONGEST_STRETCH;
    }
  }

  /** Something was read: reads on while more follows, but not for too long. */
  #stretch(bell: Bell, signal: AbortSignal): void {
    let now = performance.now();
    const end = now + LONGEST_STRETCH;
    do {
      this.#closeReads = now - this.#readAt < CLOSE_INTERVAL ? this.#closeReads + 1 : 0;
      this.#readAt = now;
    } while (!signal.aborted && this.#readNext(bell) && (now = performance.now()) < end);
  }

  /** Reads what is there already or, if packets follow one another closely, will be soon. */
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
   * Drains what is readable. Waits for that on this very thread, unless a source had more. If
   * something else has happened, it is the event loop's turn. A complaint is about a source that
   * has a condition and nothing to read.
   */
  #look(bell: Bell, milliseconds: number): Found {
    if (this.#sources.passIsDue) return this.#sources.pass() ? "read" : "turn";
    const list = this.#sources.list();
    const ready = list.wait(Math.ceil(milliseconds));
    if (ready < 0) return worksAfterAll(list) ? "turn" : "complaint";
    if (ready === 0) return "nothing";
    if (list.condition(0) !== 0) {
      if (!bell.silence()) return "complaint";
      return this.#sources.pass() ? "read" : "turn";
    }
    const isTurn = list.first > 1 && list.condition(1) !== 0;
    let [hasRead, complains] = [false, false];
    // A drain may change what is watched. Whatever is readable after that is still readable the
    // next time.
    for (let i = list.first; i < list.length && this.#sources.isCurrent(list); i++) {
      const condition = list.condition(i);
      if (condition === 0) continue;
      if (this.#sources.drain(list.handle(i), list.source(i))) hasRead = true;
      else if ((condition & READABLE) === 0 || this.#sources.countVainWait()) complains = true;
    }
    if (hasRead) return "read";
    return complains ? "complaint" : isTurn ? "turn" : "nothing";
  }

  async #wait(bell: Bell, signal: AbortSignal): Promise<void> {
    const list = this.#sources.newList([bell.handle]);
    if (await list.waitOnThread() < 0) return await this.#recover(list, signal);
    if (this.#waiting.isFailing) this.#waiting.succeed();
    let complains = list.condition(0) !== 0 && !bell.silence();
    for (let i = list.first; i < list.length; i++) {
      // The pass that follows begins to count again if it reads something.
      const condition = list.condition(i);
      if ((condition & READABLE) !== 0 && this.#sources.countVainWait()) complains = true;
      if (this.#sources.complains(list.handle(i), list.source(i), condition)) complains = true;
    }
    if (complains) await pause(COMPLAINT_PAUSE, signal);
  }

  /**
   * The wait on a thread has failed, and errno is that of the other thread. Asking again on this
   * one, without waiting, shows what is wrong.
   */
  async #recover(list: WaitList<Source>, signal: AbortSignal): Promise<void> {
    let milliseconds = SHORTEST_WAIT_PAUSE;
    try {
      list.check();
    } catch (error) {
      milliseconds = this.#waiting.pauseAfter(error);
      this.#onFailure(error as SystemError);
    }
    await pause(milliseconds, signal);
  }
}

/**
 * Whether only a signal interrupted a wait. If not, the wait on a thread has the same trouble, and
 * copes with it.
 */
function worksAfterAll(list: WaitList<Source>): boolean {
  try {
    list.check();
    return true;
  } catch {
    return false;
  }
}

/**
 * Lets timers, sockets and promises run: one round of the event loop.
 *
 * `setImmediate` comes back in about 2 µs here, a MessageChannel in 13, and `setTimeout(…, 0)` in
 * over 1 ms.
 */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Runs the functions that waited for what was read, those that waited for these, and so on. A turn
 * of the event loop would do so too, but takes 15 µs when nothing is in the processor's caches.
 */
async function followUp(): Promise<void> {
  for (let i = 0; i < FOLLOWERS; i++) await undefined;
}
