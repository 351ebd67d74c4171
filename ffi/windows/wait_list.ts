/**
 * Waiting by `WaitForMultipleObjects`.
 *
 * @module
 */

import { allocate, u64 } from "../c/struct.ts";
import { NOT_OPEN, READABLE, type WaitHandle, type WaitList } from "../waiting.ts";
import { kernel32 } from "./kernel32.ts";
import { windowsError } from "./windows_error.ts";

// Microsoft's reference of WaitForMultipleObjects, and winbase.h.
const WAIT_FAILED = 0xffff_ffff;
const INFINITE = 0xffff_ffff;

/** Octets of a `HANDLE`. */
const HANDLE_SIZE = 8;

/**
 * The handles that one wait covers: up to 64.
 *
 * A wait names one object that is ready, the first, and takes the signal of an event that resets
 * itself. The objects behind it are asked one by one, without waiting.
 */
export class EventList<Source> implements WaitList<Source> {
  readonly length: number;
  readonly first: number;
  readonly #handles: readonly WaitHandle[];
  readonly #sources: readonly Source[];
  /** `HANDLE`, one behind the other. */
  readonly #array: Uint8Array<ArrayBuffer>;
  readonly #conditions: number[];

  constructor(ends: readonly WaitHandle[], sources: ReadonlyMap<WaitHandle, Source>) {
    this.#handles = [...ends, ...sources.keys()];
    this.#sources = [...sources.values()];
    this.first = ends.length;
    this.length = this.#handles.length;
    this.#array = allocate(this.length * HANDLE_SIZE);
    this.#handles.forEach((handle, i) => u64.write(this.#array, i * HANDLE_SIZE, BigInt(handle)));
    this.#conditions = this.#handles.map(() => 0);
  }

  source(i: number): Source {
    return this.#sources[i - this.first]!;
  }

  handle(i: number): WaitHandle {
    return this.#handles[i]!;
  }

  condition(i: number): number {
    return this.#conditions[i]!;
  }

  wait(milliseconds: number): number {
    const found = kernel32().WaitForMultipleObjects(this.length, this.#array, 0, milliseconds);
    return this.#note(found);
  }

  async waitOnThread(): Promise<number> {
    const { waitOnThread } = kernel32();
    return this.#note(await waitOnThread(this.length, this.#array, 0, INFINITE));
  }

  check(): void {
    if (this.wait(0) >= 0) return;
    const { GetLastError } = kernel32();
    throw windowsError("wait for packets", "WaitForMultipleObjects", GetLastError());
  }

  /** Notes what a wait found, and what it would have found out about the other objects. */
  #note(found: number): number {
    this.#conditions.fill(0);
    if (found === WAIT_FAILED) return this.#askFrom(0) || -1;
    // WAIT_TIMEOUT is above the number of objects.
    if (found >= this.length) return 0;
    this.#conditions[found] = READABLE;
    return 1 + this.#askFrom(found + 1);
  }

  /** Asks the objects from `first` on; a handle that is not open makes a wait for all fail. */
  #askFrom(first: number): number {
    let count = 0;
    for (let i = first; i < this.length; i++) {
      const found = kernel32().WaitForSingleObject(this.#handles[i]!, 0);
      if (found !== 0 && found !== WAIT_FAILED) continue;
      this.#conditions[i] = found === 0 ? READABLE : NOT_OPEN;
      count++;
    }
    return count;
  }
}
