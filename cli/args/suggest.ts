/**
 * "Did you mean".
 *
 * @module
 */

/** The candidate that `word` is most likely a misspelling of, if any is close enough. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  return nearest(word, all) ?? beginningWith(word, all);
}

function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    // No fewer letters than that must be inserted or deleted, however long the word is.
    if (Math.abs(word.length - candidate.length) >= least) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Letters that are enough to recognise a word. */
const ENOUGH = 3;

/**
 * The only candidate that begins with `word`: `--prim` is not accepted for `--primary`, but means
 * it.
 */
function beginningWith(word: string, candidates: readonly string[]): string | undefined {
  if (word.replace(/^-+/, "").length < ENOUGH) return undefined;
  const begun = candidates.filter((candidate) => candidate.startsWith(word));
  return begun.length === 1 ? begun[0] : undefined;
}

/** How many letters must be inserted, deleted, replaced or swapped with their neighbour. */
export function editDistance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = last[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      let least = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      if (one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? Infinity) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[other.length]!;
}
