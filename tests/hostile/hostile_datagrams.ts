/**
 * An endless stream of datagrams that nobody should send, the same one for the same seed.
 *
 * Some are noise. Most are fixtures that went wrong: octets changed, bits flipped, cut off,
 * prolonged, two of them grown together. Half of those with ICMPv6 get a right checksum again, or
 * few would get past it.
 *
 * @module
 */

import { writeIcmpv6Checksum } from "../../wire/checksum.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { isIcmpv6 } from "../../wire/icmpv6.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { isIpv6Packet, SOURCE } from "../../wire/ipv6_header.ts";
import { getU32 } from "../../memory/octets.ts";
import { isTeredo, mappingOf } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { captures, negatives, vectors } from "../vectors/vectors.ts";

/** The longest datagram of the stream; fixtures beyond are left out. */
const LONGEST = 400;

/** Octets of randomness that are drawn at once. */
const POOL = 1 << 16;

const SEEDS = [...vectors, ...negatives, ...captures]
  .map(({ payload }) => payload)
  .filter(({ length }) => length <= LONGEST);
const SOURCES = [...new Set([...vectors, ...negatives].flatMap(({ source }) => source ?? []))];

/** A number from 0 up to, and without, a limit. */
export type Below = (limit: number) => number;

/** Numbers that depend on the seed alone. */
export function numbersBelow(seed: string): Below {
  const random = seededRandom(seed);
  const pool = new Uint8Array(POOL);
  let used = POOL;
  return (limit) => {
    if (used === POOL) {
      random(pool);
      used = 0;
    }
    const word = getU32(pool, used);
    used += 4;
    return word % limit;
  };
}

/** The stream. What {@linkcode HostileDatagrams.next} makes is valid until the next one. */
export class HostileDatagrams {
  readonly #below: Below;
  readonly #buffer = new Uint8Array(LONGEST);
  #length = 0;
  /** Where the datagram comes from: half of them from where their inner source says. */
  from: Endpoint = SOURCES[0]!;

  constructor(seed: string) {
    this.#below = numbersBelow(seed);
  }

  /** Makes the next datagram, and chooses its outer source. */
  next(): Uint8Array {
    const below = this.#below;
    if (below(5) === 0) this.#makeNoise();
    else this.#spoilFixture();
    const datagram = this.#buffer.subarray(0, this.#length);
    const packet = parseTeredoPacket(datagram);
    const ipv6 = typeof packet === "string" ? undefined : packet.ipv6;
    if (ipv6 !== undefined && isIcmpv6(ipv6) && below(2) === 0) writeIcmpv6Checksum(ipv6);
    this.from = this.#chooseSource(ipv6);
    return datagram;
  }

  #makeNoise(): void {
    const below = this.#below;
    this.#length = below(120);
    for (let i = 0; i < this.#length; i += 4) {
      const word = below(2 ** 32);
      for (let k = 0; k < 4; k++) this.#buffer[i + k] = word >>> (8 * k);
    }
    // Noise that begins like something gets further.
    const beginning = below(4);
    if (beginning < 2) this.#buffer[0] = 0x60;
    else if (beginning === 2) this.#buffer.set([0, below(2)]);
  }

  #spoilFixture(): void {
    const below = this.#below;
    const buffer = this.#buffer;
    const seed = SEEDS[below(SEEDS.length)]!;
    buffer.set(seed);
    this.#length = seed.length;
    for (let changes = below(4); changes > 0 && this.#length > 0; changes--) {
      const at = below(this.#length);
      if (below(2) === 0) buffer[at] = below(256);
      else buffer[at]! ^= 1 << below(8);
    }
    const kind = below(16);
    if (kind < 2) this.#length = below(this.#length + 1);
    else if (kind < 4) this.#prolong();
    else if (kind === 4) this.#growTogether(SEEDS[below(SEEDS.length)]!);
    else if (kind === 5 && isIpv6Packet(buffer.subarray(0, this.#length))) this.#turnRound();
  }

  #prolong(): void {
    const end = Math.min(this.#length + this.#below(60), LONGEST);
    for (let i = this.#length; i < end; i++) this.#buffer[i] = this.#below(256);
    this.#length = end;
  }

  /** The first part of one, then another from some octet on. */
  #growTogether(other: Uint8Array): void {
    const at = this.#below(this.#length + 1);
    const rest = other.subarray(this.#below(other.length + 1)).subarray(0, LONGEST - at);
    this.#buffer.set(rest, at);
    this.#length = at + rest.length;
  }

  /** Source and destination change places. */
  #turnRound(): void {
    const source = this.#buffer.slice(SOURCE, SOURCE + 16);
    this.#buffer.copyWithin(SOURCE, SOURCE + 16, SOURCE + 32);
    this.#buffer.set(source, SOURCE + 16);
  }

  #chooseSource(ipv6: Uint8Array | undefined): Endpoint {
    const below = this.#below;
    const isTrue = ipv6 !== undefined && isTeredo(ipv6, SOURCE) && below(2) === 0;
    if (isTrue) return mappingOf(ipv6, SOURCE);
    if (below(4) > 0) return SOURCES[below(SOURCES.length)]!;
    return endpoint(ipv4Address(below(2 ** 32)), below(0x10000));
  }
}
