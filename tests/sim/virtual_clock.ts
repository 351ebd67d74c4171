/**
 * Time that passes only from event to event: minutes of it take milliseconds.
 *
 * @module
 */

/** Something that will happen, unless it is cancelled. */
export interface Timer {
  cancel(): void;
}

interface Entry {
  readonly time: number;
  /** Breaks ties: what was scheduled first happens first. */
  readonly order: number;
  action: (() => void) | undefined;
}

/** A clock in milliseconds with a queue of what is to happen. */
export class VirtualClock {
  #now = 0;
  #scheduled = 0;
  #pending = 0;
  /** A binary heap: each entry comes before its children 2i + 1 and 2i + 2. */
  readonly #heap: Entry[] = [];

  /** The present, in milliseconds from the beginning. */
  get now(): number {
    return this.#now;
  }

  /** How many things are to happen that nobody has cancelled. */
  get pending(): number {
    return this.#pending;
  }

  /** Does `action` at `time`, or at once when that has passed, after all that is due by then. */
  at(time: number, action: () => void): Timer {
    if (Number.isNaN(time)) throw new RangeError("Cannot schedule something for no time at all");
    const entry: Entry = { time: Math.max(time, this.#now), order: this.#scheduled++, action };
    this.#push(entry);
    this.#pending++;
    return {
      cancel: () => {
        if (entry.action !== undefined) this.#pending--;
        entry.action = undefined;
      },
    };
  }

  /** Does `action` in `delay` milliseconds. */
  after(delay: number, action: () => void): Timer {
    return this.at(this.#now + delay, action);
  }

  /** Lets `duration` milliseconds pass. */
  run(duration: number): void {
    this.runUntil(() => false, duration);
  }

  /**
   * Lets time pass until `condition` holds, or `limit` milliseconds are over.
   *
   * @returns whether the condition holds
   */
  runUntil(condition: () => boolean, limit: number): boolean {
    const end = this.#now + limit;
    while (!condition()) {
      const next = this.#heap[0];
      if (next === undefined || next.time > end) {
        this.#now = end;
        return condition();
      }
      this.#pop();
      const { action } = next;
      if (action === undefined) continue;
      next.action = undefined;
      this.#pending--;
      this.#now = next.time;
      action();
    }
    return true;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let child = heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!comesBefore(entry, heap[parent]!)) break;
      heap[child] = heap[parent]!;
      child = parent;
    }
    heap[child] = entry;
  }

  /** Takes the first entry out: the last one sinks from the top to where it belongs. */
  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && comesBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!comesBefore(heap[child]!, last)) break;
      heap[parent] = heap[child]!;
      parent = child;
    }
    heap[parent] = last;
  }
}

function comesBefore(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
