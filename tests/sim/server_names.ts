/**
 * The name service, as far as a client's servers need it.
 *
 * @module
 */

import { isSameServer, type ServerAddresses } from "../../client/client_config.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** How long an answer takes, in milliseconds. */
const ANSWER_DELAY = 40;

/** The addresses that the names of servers stand for, the preferred one first. */
export class ServerNames {
  addresses: readonly ServerAddresses[];
  /** Whether look-ups are answered. */
  answers = true;
  readonly #clock: VirtualClock;

  constructor(addresses: readonly ServerAddresses[], clock: VirtualClock) {
    this.addresses = addresses;
    this.#clock = clock;
  }

  /** Calls `use` with the addresses if they differ from `known`, and if an answer comes. */
  lookUp(
    known: readonly ServerAddresses[],
    use: (found: readonly ServerAddresses[]) => void,
  ): void {
    this.#clock.after(ANSWER_DELAY, () => {
      const found = this.addresses;
      const isKnown = found.every((server, i) => isSameServer(server, known[i]));
      if (this.answers && !isKnown) use(found);
    });
  }
}
