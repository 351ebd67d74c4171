/**
 * Noticing that the host's network is another one.
 *
 * @module
 */

import { type Clock, systemClock } from "../clock.ts";
import type { ChangeSource } from "./network_changes.ts";
import { runTogether } from "../run_together.ts";

/**
 * How long changes are gathered before they are told, in milliseconds: a network that comes up changes
 * half a dozen things one after the other.
 */
const SETTLING = 500;

/** Tells of changes, once for each bunch of them. */
export class NetworkMonitor {
  readonly #sources: readonly ChangeSource[];
  readonly #onChange: () => void;
  readonly #clock: Clock;
  #callOff: (() => void) | undefined;

  constructor(sources: readonly ChangeSource[], onChange: () => void, clock: Clock = systemClock) {
    this.#sources = sources;
    this.#onChange = onChange;
    this.#clock = clock;
  }

  /** Watches until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const changed = () => this.#gather();
    try {
      await runTogether(
        signal,
        ...this.#sources.map((source) => (end: AbortSignal) => {
          return source(changed, end);
        }),
      );
    } finally {
      this.#callOff?.();
      this.#callOff = undefined;
    }
  }

  #gather(): void {
    this.#callOff ??= this.#clock.after(SETTLING, () => {
      this.#callOff = undefined;
      this.#onChange();
    });
  }
}
