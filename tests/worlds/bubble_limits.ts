/**
 * The limits on bubbles, RFC 4380 §5.2.6, as seen from outside a machine.
 *
 * - No more than four bubbles in 300 s to a peer that gives no direct response; a direct and an
 *   indirect one together count once.
 * - None sooner than two seconds after the last packet to the peer.
 *
 * A client counts three kinds apart: those that look for a peer, those that answer what came through
 * the server, and those that ask a peer that spoke directly for a proof. A packet of the peer pays for
 * an answer, which may be a challenge. Other departures that docs/architecture.md names are
 * {@linkcode BubbleHabits}.
 *
 * @module
 */

import {
  BUBBLE_SPACING,
  BUBBLE_WINDOW,
  MAX_BUBBLES,
  TEREDO_PORT,
} from "../../protocol/constants.ts";
import { isBubble } from "../../wire/bubble.ts";
import { type Endpoint, portOf } from "../../wire/endpoint.ts";
import {
  formatIpv6,
  IPV6_ADDRESS_LENGTH,
  isLinkLocal,
  isMulticast,
  isSameIpv6,
} from "../../wire/ipv6_address.ts";
import { DESTINATION, SOURCE } from "../../wire/ipv6_header.ts";
import { isTeredo } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";

/** How a kind of machine sends bubbles. Times are in milliseconds. */
export interface BubbleHabits {
  /** Bubbles in one window to a peer that gives no direct response. */
  readonly most: number;
  /** How long after a direct bubble the indirect one may come that belongs to it. */
  readonly pairSpan: number;
  /** Whether bubbles keep their distance from other packets as well. */
  readonly keepDistanceFromData: boolean;
  /** Whether an announcement on the link ends the count of unanswered bubbles (§5.2.8). */
  readonly hearsAnnouncements: boolean;
  /** Whether bubbles from link-local addresses are challenges. */
  readonly challenges: boolean;
}

/**
 * A relay asks a client that only receives, while packets go on to it, and one that does not answer
 * every 30 s.
 */
export const RELAY_HABITS: BubbleHabits = {
  most: MAX_BUBBLES + BUBBLE_WINDOW / 30_000,
  pairSpan: 0,
  keepDistanceFromData: false,
  hearsAnnouncements: false,
  challenges: false,
};

/**
 * A client tries the direct way every 25 s while a gateway answers for a peer, two Echo Tests take
 * one second and two, and to find its refresh interval, a client sends bubbles to itself.
 */
export function clientHabits(
  { hasGateway, hasEchoTests, determinesInterval, hearsAnnouncements }: {
    readonly hasGateway: boolean;
    readonly hearsAnnouncements: boolean;
    readonly hasEchoTests: boolean;
    readonly determinesInterval: boolean;
  },
): BubbleHabits {
  const tries = hasGateway ? BUBBLE_WINDOW / 25_000 : 0;
  return {
    most: determinesInterval ? Infinity : MAX_BUBBLES + tries,
    pairSpan: hasEchoTests ? 3_000 : 0,
    keepDistanceFromData: true,
    hearsAnnouncements,
    challenges: true,
  };
}

/** What was sent to one IPv6 address, and came from there. */
interface Account {
  /** When bubbles went out since the last direct response. */
  bubbles: number[];
  lastSent: number;
  /** Packets that came in, and were not answered yet: a few at most. */
  credit: number;
  /** When the last direct packet came in. */
  lastDirect: number;
  /** Bubbles that may ask for a proof, and when the last one that went out did. */
  asks: number;
  lastBubble: number;
  /** When bubbles came in through the server, in the window. */
  indirect: number[];
}

/** Holds one machine to the limits. Times are those of its clock. */
export class BubbleLimits {
  readonly #habits: BubbleHabits;
  readonly #accounts = new Map<string, Account>();
  /** The bubble that came in last: a server next to a gateway forwards it. */
  #latest = "";

  constructor(habits: BubbleHabits = RELAY_HABITS) {
    this.#habits = habits;
  }

  /** The machine knows nothing any more: it has another address, or was started anew. */
  reset(): void {
    this.#accounts.clear();
  }

  /** A datagram goes out; what is wrong with that, if anything. */
  sent(payload: Uint8Array, to: Endpoint, now: number): string | undefined {
    const packet = parseTeredoPacket(payload);
    if (typeof packet === "string") return undefined;
    const { ipv6 } = packet;
    const isIndirect = portOf(to) === TEREDO_PORT;
    if (!isBubble(ipv6)) {
      if (!isIndirect && this.#habits.keepDistanceFromData) {
        this.#accountOf(ipv6, DESTINATION).lastSent = now;
      }
      return undefined;
    }
    // Announcements have other limits, and what a server forwards is not its own.
    if (isMulticast(ipv6, DESTINATION) || pairOf(ipv6) === this.#latest) return undefined;
    const account = this.#accountOf(ipv6, DESTINATION);
    const wrong = this.#judge(account, isIndirect, isLinkLocal(ipv6, SOURCE), now);
    return wrong && `${wrong} to ${formatIpv6(ipv6, DESTINATION)}`;
  }

  /** Whether the machine may not look for the peer at `address` now. */
  isExhausted(address: Uint8Array, now: number): boolean {
    const bubbles = this.#accounts.get(keyOf(address, 0))?.bubbles ?? [];
    return bubbles.filter((at) => now - at < BUBBLE_WINDOW).length >= MAX_BUBBLES;
  }

  /**
   * A datagram came in.
   *
   * @param own the machine's Teredo address, if it is a client and has one
   */
  received(payload: Uint8Array, now: number, own?: Uint8Array): void {
    const packet = parseTeredoPacket(payload);
    if (typeof packet === "string") return;
    // A peer that doesn't know that a client has another address speaks to the one before. RFC 4380
    // §5.2.3 lets the client drop this, so it is no direct response (§5.2.6).
    if (own !== undefined && isForAnother(packet.ipv6, own)) return;
    const account = this.#accountOf(packet.ipv6, SOURCE);
    account.credit = Math.min(account.credit + 1, MAX_BUBBLES);
    if (isBubble(packet.ipv6)) this.#latest = pairOf(packet.ipv6);
    const isForwarded = packet.origin !== undefined;
    if (!isForwarded) {
      account.asks = MAX_BUBBLES;
      account.lastDirect = now;
    }
    if (isForwarded && isBubble(packet.ipv6)) account.indirect.push(now);
    const isAnnouncement = isMulticast(packet.ipv6, DESTINATION);
    if (isAnnouncement ? this.#habits.hearsAnnouncements : !isForwarded) account.bubbles = [];
  }

  #judge(
    account: Account,
    isIndirect: boolean,
    isProving: boolean,
    now: number,
  ): string | undefined {
    const last = account.bubbles.at(-1) ?? -Infinity;
    if (last === now || (isIndirect && now - last <= this.#habits.pairSpan)) return undefined;
    const sinceBubble = now - account.lastBubble;
    account.lastBubble = now;
    if (isProving && this.#habits.challenges) {
      return this.#pays(account, sinceBubble) ? undefined : "a challenge without a cause";
    }
    account.bubbles = [...account.bubbles, now].filter((at) => now - at < BUBBLE_WINDOW);
    account.indirect = account.indirect.filter((at) => now - at < BUBBLE_WINDOW);
    const distance = now - account.lastSent;
    if (distance < BUBBLE_SPACING && !this.#pays(account, sinceBubble)) {
      return `a bubble ${distance} ms after the last packet`;
    }
    account.lastSent = now;
    const { length } = account.bubbles;
    return length > this.#mostTo(account, now) ? `${length} unanswered bubbles` : undefined;
  }

  #mostTo({ indirect, lastDirect }: Account, now: number): number {
    const { most, challenges } = this.#habits;
    if (!challenges) return most + indirect.length;
    // One that answers straight may be followed by one that answers through the server.
    const answers = indirect.length === 0 ? 0 : Math.max(MAX_BUBBLES, indirect.length);
    const asks = now - lastDirect < BUBBLE_WINDOW ? MAX_BUBBLES : 0;
    return most + answers + asks;
  }

  /** Whether packets of the peer have paid for a bubble, or for one that asks for a proof. */
  #pays(account: Account, sinceBubble: number): boolean {
    if (account.credit > 0) {
      account.credit--;
      return true;
    }
    return this.#habits.challenges && sinceBubble >= BUBBLE_SPACING && account.asks-- > 0;
  }

  #accountOf(ipv6: Uint8Array, offset: number): Account {
    const key = keyOf(ipv6, offset);
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = {
        bubbles: [],
        lastSent: -Infinity,
        lastDirect: -Infinity,
        lastBubble: -Infinity,
        credit: 0,
        asks: 0,
        indirect: [],
      };
      this.#accounts.set(key, account);
    }
    return account;
  }
}

function isForAnother(ipv6: Uint8Array, own: Uint8Array): boolean {
  return isTeredo(ipv6, DESTINATION) && !isSameIpv6(ipv6, DESTINATION, own);
}

function pairOf(ipv6: Uint8Array): string {
  return keyOf(ipv6, SOURCE) + keyOf(ipv6, DESTINATION);
}

/** An address as a key; its text would take ten times as long. */
function keyOf(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + IPV6_ADDRESS_LENGTH));
}
