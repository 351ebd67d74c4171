/**
 * Which tests prove which items.
 *
 * @module
 */

import type { Departure, Group, Item, ItemId, NamedTest } from "./item.ts";

/** Exactly an item's name. */
const ITEM = /^[PCSRX]-\d\d$/;

/**
 * The items that a test claims to prove: those before a colon at the start of its name, where
 * vectors and other words may follow them: "C-16, C-17: refreshes …", "C-24, V15: the echo reply
 * …".
 */
export function itemsOf(name: string): ItemId[] {
  const [head, ...rest] = name.split(": ");
  const words = head!.split(", ");
  if (rest.length === 0 || !ITEM.test(words[0]!)) return [];
  // Tables put one head before another: "P-12: P-11: V8 …".
  return [...words.filter((word) => ITEM.test(word)) as ItemId[], ...itemsOf(rest.join(": "))];
}

/** The tests of each item, in the order in which they were found. */
export function coverageOf(tests: readonly NamedTest[]): Map<ItemId, NamedTest[]> {
  const coverage = new Map<ItemId, NamedTest[]>();
  for (const test of tests) {
    if (test.ignored) continue;
    for (const id of itemsOf(test.name)) {
      const tests = coverage.get(id);
      if (tests === undefined) coverage.set(id, [test]);
      else tests.push(test);
    }
  }
  return coverage;
}

/** Where the tests are that run a node, or the executable. */
const PRODUCT = /^tests\/(nodes|netns|cli)\//;

/** Whether tests of an item count: for some groups only if one of them runs the product. */
export function isTested(
  { needsProduct = false }: Group,
  id: ItemId,
  coverage: ReadonlyMap<ItemId, readonly NamedTest[]>,
): boolean {
  const tests = coverage.get(id) ?? [];
  return needsProduct ? tests.some(({ file }) => PRODUCT.test(file)) : tests.length > 0;
}

/** Whether an item has a test or an argument. */
export function isCovered(item: Item, coverage: ReadonlyMap<ItemId, unknown>): boolean {
  return coverage.has(item.id) || item.argument !== undefined;
}

/** What is wrong with the checklist and the tests, a sentence each; empty if all is well. */
export function complaintsAbout(
  checklist: readonly Group[],
  departures: readonly Departure[],
  coverage: ReadonlyMap<ItemId, readonly NamedTest[]>,
): string[] {
  const items = checklist.flatMap((group) => group.items);
  const known = new Set(items.map(({ id }) => id));
  const complaints: string[] = [];
  for (const { isRequired, items } of checklist) {
    for (const item of items) {
      if (isRequired && !isCovered(item, coverage)) {
        complaints.push(`${item.id} is neither tested nor argued: ${item.statement}`);
      }
    }
  }
  for (const [id, tests] of coverage) {
    if (known.has(id)) continue;
    const { file, name } = tests[0]!;
    complaints.push(`${id}, which "${name}" in ${file} names, is not in the checklist`);
  }
  for (const { items, what } of departures) {
    for (const id of items) {
      if (!known.has(id)) {
        complaints.push(`${id}, which a departure (${what}) names, does not exist`);
      }
    }
  }
  return complaints;
}
