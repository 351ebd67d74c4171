/**
 * Every packet that was sent, the way it took, and what became of it.
 *
 * @module
 */

import type { Description, PacketKind } from "./packet_kind.ts";

/** What became of a packet, or of a copy of it. */
export type Fate =
  | "delivered"
  /** A link swallowed it. */
  | "lost"
  /** A NAT had no mapping, or its filter no opening. */
  | "refused"
  /** Nobody has that address, or listens on that port. */
  | "nobody there"
  /** The receiver is switched off. */
  | "dead";

/** How the journey of a packet, or of a copy, ended. */
interface Arrival {
  /** In milliseconds. */
  readonly at: number;
  readonly fate: Fate;
  /** The nodes on the way, from the sender to where it ended. */
  readonly path: readonly string[];
}

/** One packet that somebody sent. */
export class Journey {
  /** When it was sent, in milliseconds. */
  readonly sentAt: number;
  readonly from: string;
  readonly kind: PacketKind;
  readonly words: string;
  /** More than one if it was duplicated or went to a group; none while it is on its way. */
  readonly arrivals: Arrival[] = [];

  constructor(sentAt: number, from: string, description: Description) {
    this.sentAt = sentAt;
    this.from = from;
    this.kind = description.kind;
    this.words = description.words;
  }

  /** Whether a copy got to the node `name`. */
  reached(name: string): boolean {
    return this.arrivals.some(({ fate, path }) => fate === "delivered" && path.at(-1) === name);
  }

  /** "  12.034  alice -> natA -> server  RS, nonce", one line for each copy. */
  toString(): string {
    const time = (this.sentAt / 1000).toFixed(3).padStart(9);
    if (this.arrivals.length === 0) return `${time}  ${this.from} -> ...  ${this.words}`;
    return this.arrivals.map(({ fate, path }) => {
      const end = fate === "delivered" ? "" : ` (${fate})`;
      return `${time}  ${path.join(" -> ")}${end}  ${this.words}`;
    }).join("\n");
  }
}

/** Which journeys to pick; what is left out matches all. */
interface JourneyQuery {
  readonly from?: string;
  /** The node that a copy was delivered to. */
  readonly to?: string;
  readonly kind?: PacketKind;
  /** Sent at this time or later, in milliseconds. */
  readonly since?: number;
}

/** All journeys, in the order of their start. */
export class PacketLog {
  readonly journeys: Journey[] = [];
  readonly #isKept: boolean;

  /** @param isKept whether to remember the journeys, which takes memory */
  constructor(isKept = true) {
    this.#isKept = isKept;
  }

  /** Enters a packet that `from` sends. */
  begin(sentAt: number, from: string, description: Description): Journey {
    const journey = new Journey(sentAt, from, description);
    if (this.#isKept) this.journeys.push(journey);
    return journey;
  }

  /** The journeys that match. */
  find(query: JourneyQuery): Journey[] {
    const { from, to, kind, since = -Infinity } = query;
    return this.journeys.filter((journey) =>
      journey.sentAt >= since && (from ?? journey.from) === journey.from &&
      (kind ?? journey.kind) === journey.kind && (to === undefined || journey.reached(to))
    );
  }

  /** One line for each copy of each packet. */
  toString(): string {
    return this.journeys.join("\n");
  }
}
