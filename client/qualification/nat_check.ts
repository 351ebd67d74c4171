/**
 * Finding out what the NAT is like after all, while a server's secondary address has not answered.
 *
 * It changes nothing but what is known: the client has its address, and keeps it.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";
import { NAT_CHECK_INTERVAL } from "../timing.ts";
import type { Solicitation } from "./solicitation.ts";

/**
 * Asks the secondary address, and again after some minutes. Times are milliseconds of the machine's
 * clock.
 */
export class NatCheck {
  readonly #newSolicitation: () => Solicitation;
  /** The series under way, if there is one. */
  #solicitation: Solicitation | undefined;
  /** When the next series begins. */
  #until: number;

  /**
   * @param newSolicitation makes a series of solicitations to the secondary address
   * @param pending the series that is under way; unless given, one begins at once
   */
  constructor(newSolicitation: () => Solicitation, pending: Solicitation | undefined, now: number) {
    this.#newSolicitation = newSolicitation;
    this.#solicitation = pending;
    this.#until = now;
  }

  /** When {@linkcode next} has something to send. */
  nextTimer(): number {
    return this.#solicitation?.deadline ?? this.#until;
  }

  /** The series of which one solicitation is due, if it is. */
  next(now: number): Solicitation | undefined {
    if (now < this.nextTimer()) return undefined;
    this.#solicitation ??= this.#newSolicitation();
    if (!this.#solicitation.isExhausted) return this.#solicitation;
    this.#solicitation = undefined;
    this.#until = now + NAT_CHECK_INTERVAL;
    return undefined;
  }

  /** The series that an advertisement from `from` may answer. */
  askedOf(from: Endpoint): Solicitation | undefined {
    return this.#solicitation?.target === from ? this.#solicitation : undefined;
  }
}
