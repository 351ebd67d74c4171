/**
 * Making an input that fails small.
 *
 * @module
 */

import type { Failure } from "./campaign.ts";
import { tryInput } from "./campaign.ts";
import type { FuzzTarget } from "./target.ts";

/** How often the target is tried at most. */
const MAX_TRIES = 5_000;

/** A shorter or plainer input that fails in the same way. */
export async function reduce(target: FuzzTarget, failure: Failure): Promise<Failure> {
  const kind = kindOf(failure.error);
  let best = failure;
  let tries = 0;
  const improves = async (input: Uint8Array): Promise<boolean> => {
    if (tries++ >= MAX_TRIES) return false;
    const error = await tryInput(target, input.slice());
    if (error === undefined || kindOf(error) !== kind) return false;
    best = { ...failure, input, error };
    return true;
  };
  for (let size = best.input.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < best.input.length;) {
      if (!await improves(without(best.input, at, size))) at += size;
    }
  }
  for (let at = 0; at < best.input.length; at++) {
    if (best.input[at] !== 0x30) await improves(best.input.with(at, 0x30));
  }
  return best;
}

/** Errors of one kind say the same, apart from numbers and what is quoted. */
function kindOf({ name, message }: Error): string {
  return `${name}: ${message.replace(/\d[\da-f]*|"[^"]*"/g, "_").slice(0, 60)}`;
}

function without(input: Uint8Array, at: number, length: number): Uint8Array {
  const rest = new Uint8Array(Math.max(at, input.length - length));
  rest.set(input.subarray(0, at));
  rest.set(input.subarray(at + length), at);
  return rest.subarray(0, Math.max(at, input.length - length));
}
