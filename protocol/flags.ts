/**
 * The flags of a new Teredo address.
 *
 * @module
 */

import { getU16 } from "../memory/octets.ts";
import { RANDOM_FLAGS } from "../wire/teredo_address.ts";
import { type Random, randomBytes } from "./random.ts";

/**
 * Draws the twelve random bits of RFC 5991 §3.1; the cone bit, z, U and G are 0. They make the
 * address hard to guess for an attacker who knows only server and mapping.
 */
export function drawFlags(random: Random): number {
  return getU16(randomBytes(random, 2), 0) & RANDOM_FLAGS;
}
