/**
 * Noticing that this host cannot send anything.
 *
 * @module
 */

import type { ErrnoName } from "../../ffi/c/errno.ts";
import { type Clock, systemClock } from "../clock.ts";

/** How long sending must fail, without a success, to be a trouble; in milliseconds. */
const TIMEOUT = 1_000;

/** Why a host cannot send to anybody. Other errors concern one datagram or its destination. */
export type SendTrouble = "ENETUNREACH" | "ENETDOWN" | "EHOSTUNREACH" | "EPERM";

/** See {@linkcode SendTrouble}. */
const SEND_TROUBLES: readonly SendTrouble[] = [
  "ENETUNREACH",
  "ENETDOWN",
  "EHOSTUNREACH",
  "EPERM",
];

/** Learns what becomes of datagrams, and reports when none could be sent for a while. */
export class SendWatch {
  readonly #onChange: (trouble: SendTrouble | undefined) => void;
  readonly #clock: Clock;
  #trouble: SendTrouble | undefined;
  /** Whether datagrams were sent and refused in turn since the last trouble. */
  #isPartial = false;
  /** Cancels the report. Set while every attempt has failed since the last success. */
  #cancel: (() => void) | undefined;

  /** @param onChange called with what is wrong now, or undefined when sending works again */
  constructor(
    onChange: (trouble: SendTrouble | undefined) => void,
    clock: Clock = systemClock,
  ) {
    this.#onChange = onChange;
    this.#clock = clock;
  }

  /** What keeps this host from sending anything, if something does. */
  get trouble(): SendTrouble | undefined {
    return this.#trouble;
  }

  /** The system took something. */
  sent(): void {
    if (this.#cancel !== undefined) this.#isPartial = true;
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#onChange(undefined);
  }

  /**
   * The system refused something. False if that may be, or has been, reported as a trouble; true if
   * it concerns only some datagrams.
   */
  failed(code: ErrnoName): boolean {
    const trouble = SEND_TROUBLES.find((each) => each === code);
    if (trouble === undefined) return true;
    if (this.#trouble !== undefined) return false;
    this.#cancel ??= this.#clock.after(TIMEOUT, () => {
      this.#cancel = undefined;
      this.#isPartial = false;
      this.#trouble = trouble;
      this.#onChange(trouble);
    });
    return this.#isPartial;
  }
}
