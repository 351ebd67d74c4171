/**
 * Randomness that replays.
 *
 * @module
 */

import type { Random } from "../../protocol/random.ts";

/**
 * A stream of octets that depends on `seed` alone (sfc32, seeded with FNV-1a). No secret rests on
 * it.
 *
 * Whatever draws at random in the simulator has its own stream, named in its seed
 * (`"7/link of alice"`), so that one more host does not change what the others draw.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { randomBytes } from "../../protocol/random.ts";
 * import { seededRandom } from "./seeded_random.ts";
 *
 * const once = randomBytes(seededRandom("1/alice"), 8);
 * assertEquals(randomBytes(seededRandom("1/alice"), 8), once);
 * ```
 */
export function seededRandom(seed: string): Random {
  const next = sfc32(seed);
  return (bytes) => {
    for (let i = 0; i < bytes.length; i += 4) {
      const word = next();
      for (let k = 0; k < 4 && i + k < bytes.length; k++) bytes[i + k] = word >>> (8 * k);
    }
  };
}

/** Chris Doty-Humphrey's small fast counter: 128 bits of state, 32 bits a time. */
function sfc32(seed: string): () => number {
  let a = fnv1a(seed, 0x811c9dc5);
  let b = fnv1a(seed, a);
  let c = fnv1a(seed, b);
  let counter = 1;
  const next = () => {
    const word = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + word) >>> 0;
    return word;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

function fnv1a(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}
