/**
 * Which connections have to stay on the way that they began on.
 *
 * @module
 */

import { TCP_FLOW_VALIDITY } from "../../protocol/constants.ts";
import { IPV6_HEADER_LENGTH, NextHeader, nextHeaderOf } from "../../wire/ipv6_header.ts";
import { getU32 } from "../../memory/octets.ts";
import { CLOSED_FLOW_VALIDITY, FLOW_VALIDITY } from "../timing.ts";

/** How many flows are remembered: the one used least recently makes room. */
const MAX_FLOWS = 256;

/** TCP's flags, those of them that end a connection, and the one that begins one. */
const TCP_FLAGS = IPV6_HEADER_LENGTH + 13;
const FIN_OR_RST = 0x05;
const SYN = 0x02;

/** The flow that was used last is noted again after this many milliseconds only. */
const NOTE_INTERVAL = 1_000;

/**
 * Flows to one peer, by protocol and ports; those of other protocols than TCP and UDP are one each.
 */
export class PinnedFlows {
  /** Until when each flow is remembered; the one used least recently is first. */
  readonly #until = new Map<number, number>();
  #latest = -1;
  #notedAt = -Infinity;

  /** Whether the flow of a packet from this host is remembered. */
  has(ipv6: Uint8Array, now: number): boolean {
    if (this.#until.size === 0) return false;
    const until = this.#until.get(keyOf(ipv6));
    return until !== undefined && now < until;
  }

  /** Whether any flow is remembered. */
  hasAny(now: number): boolean {
    for (const until of this.#until.values()) if (now < until) return true;
    return false;
  }

  /** Remembers the flow of a packet from this host. Echoes and errors belong to none. */
  note(ipv6: Uint8Array, now: number): void {
    if (nextHeaderOf(ipv6) === NextHeader.ICMPV6) return;
    const key = keyOf(ipv6);
    const ends = isEnd(ipv6);
    if (key === this.#latest && now - this.#notedAt < NOTE_INTERVAL && !ends) return;
    this.#latest = key;
    this.#notedAt = now;
    const until = now + this.#validityOf(ipv6, this.#until.get(key) ?? Infinity, ends, now);
    this.#until.delete(key);
    this.#until.set(key, until);
    if (this.#until.size <= MAX_FLOWS) return;
    const [oldest] = this.#until.keys();
    this.#until.delete(oldest!);
  }

  /**
   * What comes after the end of a connection does not revive it, but another one may have its
   * ports.
   */
  #validityOf(ipv6: Uint8Array, until: number, ends: boolean, now: number): number {
    if (nextHeaderOf(ipv6) !== NextHeader.TCP) return FLOW_VALIDITY;
    const hasEnded = until - now <= CLOSED_FLOW_VALIDITY && (ipv6[TCP_FLAGS]! & SYN) === 0;
    return ends || hasEnded ? CLOSED_FLOW_VALIDITY : TCP_FLOW_VALIDITY;
  }
}

function isEnd(ipv6: Uint8Array): boolean {
  return nextHeaderOf(ipv6) === NextHeader.TCP && (ipv6[TCP_FLAGS]! & FIN_OR_RST) !== 0;
}

/** Protocol and, if the protocol has them in front, both ports: 40 bits. */
function keyOf(ipv6: Uint8Array): number {
  const protocol = nextHeaderOf(ipv6);
  const hasPorts = (protocol === NextHeader.TCP || protocol === NextHeader.UDP) &&
    ipv6.length >= IPV6_HEADER_LENGTH + 4;
  return protocol * 0x1_0000_0000 + (hasPorts ? getU32(ipv6, IPV6_HEADER_LENGTH) : 0);
}
