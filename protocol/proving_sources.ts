/**
 * Source addresses of bubbles, to which only the receiver of the bubble can answer.
 *
 * A bubble that goes through a client's server can have any source: the client answers that address,
 * at the place that the bubble came from. So each client gets bubbles from an address that nobody
 * else can know, and an answer to it is from this client, wherever it comes from. That works with
 * every client there is, also behind a symmetric NAT; the nonces of RFC 6081 §5.2 need one that
 * understands trailers. Miredo does the same.
 *
 * The address is a keyed hash, so nothing is remembered for a client, however many there are. It
 * covers the time in units of half a minute, so an answer that somebody recorded is worthless after a
 * minute. The key itself needs no rotation: it never leaves the process, and 64 bits of SipHash say
 * nothing about it.
 *
 * @module
 */

import { isBubble } from "../wire/bubble.ts";
import { isSameIpv6, linkLocal } from "../wire/ipv6_address.ts";
import { DESTINATION, SOURCE } from "../wire/ipv6_header.ts";
import { getU32, setU32 } from "../memory/octets.ts";
import { type Random, randomBytes } from "./random.ts";
import { SIP_KEY_LENGTH, SipHash } from "./sip_hash.ts";

/**
 * An answer is believed for as long as this after the bubble, and up to twice as long, in
 * milliseconds. It comes at once, or never.
 */
const PERIOD = 30_000;

const ADDRESS_LENGTH = 16;

/** The source addresses of one node's bubbles: fe80::/64 and 64 bits that depend on the receiver. */
export class ProvingSources {
  readonly #hash: SipHash;
  readonly #message = new Uint8Array(ADDRESS_LENGTH + 4);

  constructor(random: Random) {
    this.#hash = new SipHash(randomBytes(random, SIP_KEY_LENGTH));
  }

  /**
   * The source of a bubble to the client with the given address.
   *
   * @param client 16 octets
   */
  sourceFor(client: Uint8Array, now: number): Uint8Array<ArrayBuffer> {
    return this.#source(client, 0, periodOf(now));
  }

  /** Whether a packet is a bubble that answers one of ours, so that its source has received that. */
  isProof(ipv6: Uint8Array, now: number): boolean {
    if (!isBubble(ipv6) || getU32(ipv6, DESTINATION) !== 0xfe800000) return false;
    const period = periodOf(now);
    return isSameIpv6(ipv6, DESTINATION, this.#source(ipv6, SOURCE, period)) ||
      isSameIpv6(ipv6, DESTINATION, this.#source(ipv6, SOURCE, period - 1));
  }

  #source(bytes: Uint8Array, offset: number, period: number): Uint8Array<ArrayBuffer> {
    for (let i = 0; i < ADDRESS_LENGTH; i++) this.#message[i] = bytes[offset + i]!;
    setU32(this.#message, ADDRESS_LENGTH, period);
    const identifier = this.#hash.of(this.#message);
    return linkLocal(getU32(identifier, 0), getU32(identifier, 4));
  }
}

function periodOf(now: number): number {
  return Math.floor(now / PERIOD);
}
