/**
 * Bubbles that have to wait: RFC 4380 §5.2.6 forbids one within two seconds of the last packet to
 * the peer. What a bubble was to bring about is still wanted after that time, so it is put off, not
 * dropped.
 *
 * @module
 */

import { BUBBLE_SPACING } from "../../protocol/constants.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import type { ClientPeer } from "../client_peer.ts";

/**
 * What to send:
 *
 * - `advertisement`: the answer to a solicitation, RFC 6081 §5.7.4.2
 * - `direct`: a bubble straight to `to`
 * - `indirect`: a bubble through the peer's server
 * - `both`: one of each
 * - `attempt`: whatever the search for the peer sends next
 */
export type PostponedBubble =
  | { readonly kind: "advertisement" | "indirect" | "attempt" }
  | { readonly kind: "direct" | "both"; readonly to: Endpoint };

/** Each kind brings about what those before it do; one of "direct" and "indirect" does not. */
const RANKS: readonly PostponedBubble["kind"][] = [
  "advertisement",
  "direct",
  "indirect",
  "both",
  "attempt",
];

interface Waiting {
  readonly bubble: PostponedBubble;
  readonly until: number;
}

/** The bubbles that wait, one a peer at most. */
export class PostponedBubbles {
  readonly #waiting = new Map<ClientPeer, Waiting>();
  #next = Infinity;

  /**
   * Puts a bubble off until the spacing allows it. If another one waits already, the one that does
   * more goes out, and a direct and an indirect one both do.
   */
  add(peer: ClientPeer, bubble: PostponedBubble): void {
    const waiting = this.#waiting.get(peer)?.bubble;
    const wanted = waiting === undefined ? bubble : together(waiting, bubble);
    if (wanted === waiting) return;
    const until = peer.lastTransmission + BUBBLE_SPACING;
    this.#waiting.set(peer, { bubble: wanted, until });
    this.#next = Math.min(this.#next, until);
  }

  /** Drops what waits for a peer. */
  cancel(peer: ClientPeer): void {
    this.#waiting.delete(peer);
  }

  /** When {@linkcode takeDue} has something to give; sometimes too early. */
  nextTimer(): number {
    return this.#next;
  }

  /** Removes and returns the bubbles whose time has come, by their peers. */
  takeDue(now: number): [ClientPeer, PostponedBubble][] {
    if (now < this.#next) return [];
    const due: [ClientPeer, PostponedBubble][] = [];
    this.#next = Infinity;
    for (const [peer, { bubble, until }] of this.#waiting) {
      if (until > now) {
        this.#next = Math.min(this.#next, until);
      } else {
        this.#waiting.delete(peer);
        due.push([peer, bubble]);
      }
    }
    return due;
  }
}

/** What does as much as one that waits and a new one. */
function together(waiting: PostponedBubble, added: PostponedBubble): PostponedBubble {
  if (waiting.kind === "direct" && added.kind === "indirect") return { ...waiting, kind: "both" };
  if (waiting.kind === "indirect" && added.kind === "direct") return { ...added, kind: "both" };
  return rankOf(waiting) > rankOf(added) ? waiting : added;
}

function rankOf({ kind }: PostponedBubble): number {
  return RANKS.indexOf(kind);
}
