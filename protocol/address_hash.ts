/**
 * A hash of addresses for tables whose keys an attacker chooses.
 *
 * Mixing by multiplication would not do: whatever the seed, the next word can cancel a difference
 * in the upper bits of the one before, which makes chains of hundreds. Tabulation (a random word
 * for each octet at each position, all combined by XOR) gives an attacker who does not know the
 * words nothing to cancel, and costs sixteen look-ups.
 *
 * @module
 */

import { addressOf, type Endpoint, portOf } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { IPV6_ADDRESS_LENGTH } from "../wire/ipv6_address.ts";
import { getU16, getU32 } from "../memory/octets.ts";
import { type Random, randomBytes } from "./random.ts";

/** Hashes IPv6 addresses, in place, and endpoints to 32 bits. */
export class AddressHash {
  /** 256 random words for each position of an octet. */
  readonly #words = new Int32Array(IPV6_ADDRESS_LENGTH * 256);

  /** @param seed 32 random bits, to be kept secret */
  constructor(seed: number) {
    let state = seed;
    for (let i = 0; i < this.#words.length; i++) {
      state = (state + 0x9e3779b9) | 0;
      this.#words[i] = scramble(state);
    }
  }

  /** The hash of the address at `offset`, a signed 32-bit integer. */
  of(bytes: Uint8Array, offset: number): number {
    const words = this.#words;
    let hash = 0;
    for (let i = 0; i < IPV6_ADDRESS_LENGTH; i++) hash ^= words[(i << 8) | bytes[offset + i]!]!;
    return hash;
  }

  /** The hash of the site, the first 48 bits (RFC 6177), of the address at `offset`. */
  ofSite(bytes: Uint8Array, offset: number): number {
    return this.#ofWords(getU32(bytes, offset), getU16(bytes, offset + 4));
  }

  /** The hash of an endpoint. */
  ofEndpoint(at: Endpoint): number {
    return this.#ofWords(addressOf(at), portOf(at));
  }

  /** The hash of an IPv4 address. */
  ofIpv4(address: Ipv4Address): number {
    return this.#ofWords(address, 0);
  }

  /** The hash of an endpoint together with the address at `offset`. */
  ofBoth(at: Endpoint, bytes: Uint8Array, offset: number): number {
    // Both take the same words, which must not cancel.
    return scramble(this.of(bytes, offset)) ^ this.ofEndpoint(at);
  }

  /** The hash of 32 bits and 16. */
  #ofWords(long: number, short: number): number {
    const words = this.#words;
    return words[long >>> 24]! ^ words[0x100 | ((long >>> 16) & 0xff)]! ^
      words[0x200 | ((long >>> 8) & 0xff)]! ^ words[0x300 | (long & 0xff)]! ^
      words[0x400 | (short >>> 8)]! ^ words[0x500 | (short & 0xff)]!;
  }
}

/** A hash that nobody else can compute. */
export function randomAddressHash(random: Random): AddressHash {
  return new AddressHash(getU32(randomBytes(random, 4), 0));
}

/** The finalizer of MurmurHash3: every bit of the input reaches every bit of the output. */
function scramble(value: number): number {
  let word = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}
