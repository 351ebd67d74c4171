/**
 * What a poller watches. A source is left alone for a while when draining it fails, and given up
 * when it complains without end.
 *
 * @module
 */

import { after } from "../../timers.ts";
import type { SystemError } from "../c/errno.ts";
import { Endurance } from "./endurance.ts";
import { newWaitList } from "../open.ts";
import {
  type Drain,
  NOT_OPEN,
  READABLE,
  TROUBLED,
  type WaitHandle,
  type WaitList,
} from "../waiting.ts";

/** A source that complains this often in a row, without anything to read, will not recover. */
const COMPLAINTS_MAX = 100;

/**
 * How often in a row a source may be readable with nothing to read, as after a datagram with a wrong
 * checksum. After that it counts as a complaint.
 */
const VAIN_WAITS_MAX = 8;

/** Something to watch. */
export interface Source {
  readonly drain: Drain;
  complaints: number;
  readonly endurance: Endurance;
  /** Ends the rest of a source that failed; undefined while it is watched. */
  rest?: (() => void) | undefined;
}

/** The sources of a poller. */
export class WatchedSources {
  readonly #onFailure: (error: SystemError) => void;
  readonly #wake: () => void;
  readonly #sources = new Map<WaitHandle, Source>();
  /** What {@linkcode list} returned; undefined once that has changed. */
  #list: WaitList<Source> | undefined;
  /** What ends a wait without being a source. */
  #ends: readonly WaitHandle[] = [];
  /**
   * Whether to drain every source, readable or not: one had more than it gave, is new, or ended a
   * wait.
   */
  passIsDue = false;
  /** How often in a row a source was readable, and nothing was read. */
  #vainWaits = 0;

  /**
   * @param onFailure called with each error that is endured
   * @param wake makes the poller look at its sources again
   */
  constructor(onFailure: (error: SystemError) => void, wake: () => void) {
    this.#onFailure = onFailure;
    this.#wake = wake;
  }

  /** Adds a source. */
  add(handle: WaitHandle, drain: Drain): void {
    this.#sources.set(handle, { drain, complaints: 0, endurance: new Endurance() });
    this.#list = undefined;
    this.#wake();
  }

  /** Removes a source. */
  remove(handle: WaitHandle): void {
    this.#sources.get(handle)?.rest?.();
    this.#sources.delete(handle);
    this.#list = undefined;
    this.#wake();
  }

  /** The poller does not run any more: nothing that keeps the process alive is left. */
  settle(): void {
    this.#list = undefined;
    for (const source of this.#sources.values()) {
      source.rest?.();
      source.rest = undefined;
    }
  }

  /** Lets other things end the waits for {@linkcode list}. */
  endBy(ends: readonly WaitHandle[]): void {
    if (this.#ends !== ends) this.#list = undefined;
    this.#ends = ends;
  }

  /** What can be waited for, behind what ends a wait: the same list until something changes. */
  list(): WaitList<Source> {
    return this.#list ??= this.newList(this.#ends);
  }

  /** Whether nothing has changed since {@linkcode list} returned this. */
  isCurrent(list: WaitList<Source>): boolean {
    return this.#list === list;
  }

  /** A new list, for a wait during which others may change it. */
  newList(ends: readonly WaitHandle[]): WaitList<Source> {
    const awake = [...this.#sources].filter(([, { rest }]) => rest === undefined);
    return newWaitList(ends, new Map(awake));
  }

  /** Drains every source once. True if one had something. */
  pass(): boolean {
    let hasRead = false;
    this.passIsDue = false;
    for (const [handle, source] of this.#sources) {
      if (source.rest === undefined && this.drain(handle, source)) hasRead = true;
    }
    return hasRead;
  }

  /** Drains a source. True if there was something. */
  drain(handle: WaitHandle, source: Source): boolean {
    try {
      const drained = source.drain();
      if (source.endurance.isFailing) source.endurance.succeed();
      if (drained === "nothing") return false;
      if (drained === "more") this.passIsDue = true;
      this.#vainWaits = 0;
      return true;
    } catch (error) {
      this.#rest(handle, source, error);
      return false;
    }
  }

  /** Leaves a source alone for a while. Nothing waits for it meanwhile: it may well be readable. */
  #rest(handle: WaitHandle, source: Source, error: unknown): void {
    const pause = source.endurance.pauseAfter(error);
    this.#onFailure(error as SystemError);
    if (this.#sources.get(handle) !== source) return;
    this.#list = undefined;
    source.rest = after(pause, () => {
      source.rest = this.#list = undefined;
      this.passIsDue = true;
      this.#wake();
    });
  }

  /** Counts that a source was readable with nothing to read. Returns whether it now complains. */
  countVainWait(): boolean {
    return ++this.#vainWaits > VAIN_WAITS_MAX;
  }

  /** Whether a source complains: it ends every wait at once and has nothing to read. */
  complains(handle: WaitHandle, source: Source, condition: number): boolean {
    // It was removed during the wait; the number may belong to another file by now.
    if (this.#sources.get(handle) !== source) return false;
    if ((condition & NOT_OPEN) !== 0) {
      throw new TypeError(
        `Cannot wait for packets: source ${handle} was closed but not removed from the poller`,
      );
    }
    const complains = (condition & TROUBLED) !== 0 && (condition & READABLE) === 0;
    source.complaints = complains ? source.complaints + 1 : 0;
    if (source.complaints > COMPLAINTS_MAX) {
      throw new Error(
        `Cannot wait for packets: source ${handle} reports errors and gives nothing to read`,
      );
    }
    return complains;
  }
}
