/**
 * Noticing that this host can send nothing at all.
 *
 * @module
 */

import type { ErrnoName } from "../../ffi/c/errno.ts";
import { type Clock, systemClock } from "../clock.ts";

/** How long nothing but failures makes a trouble, in milliseconds. */
const PATIENCE = 1_000;

/** Why a host can send to nobody; other errors are about one datagram or its destination. */
export type SendTrouble = "ENETUNREACH" | "ENETDOWN" | "EHOSTUNREACH" | "EPERM";

/** See {@linkcode SendTrouble}. */
const SEND_TROUBLES: readonly SendTrouble[] = [
  "ENETUNREACH",
  "ENETDOWN",
  "EHOSTUNREACH",
  "EPERM",
];

/** Hears what becomes of datagrams, and tells when for a while none of them could be sent. */
export class SendWatch {
  readonly #onChange: (trouble: SendTrouble | undefined) => void;
  readonly #clock: Clock;
  #trouble: SendTrouble | undefined;
  /** Calls off what is to happen when patience ends; set while there are failures alone. */
  #callOff: (() => void) | undefined;

  /** @param onChange hears what is wrong now; undefined when sending works again */
  constructor(
    onChange: (trouble: SendTrouble | undefined) => void,
    clock: Clock = systemClock,
  ) {
    this.#onChange = onChange;
    this.#clock = clock;
  }

  /** What keeps everything from being sent, if that is so. */
  get trouble(): SendTrouble | undefined {
    return this.#trouble;
  }

  /** The system took something. */
  sent(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#onChange(undefined);
  }

  /** The system refused something. */
  failed(code: ErrnoName): void {
    const trouble = SEND_TROUBLES.find((each) => each === code);
    if (trouble === undefined || this.#trouble !== undefined) return;
    this.#callOff ??= this.#clock.after(PATIENCE, () => {
      this.#callOff = undefined;
      this.#trouble = trouble;
      this.#onChange(trouble);
    });
  }
}
