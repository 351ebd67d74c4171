import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LruLists } from "../../../protocol/peers/lru_lists.ts";

const CAPACITY = 8;

Deno.test("after any uses and removals, the lists are in order of use", () => {
  const steps = fc.array(fc.tuple(fc.nat(CAPACITY - 1), fc.nat(2)), { maxLength: 60 });
  fc.assert(fc.property(steps, (sequence) => {
    const order = new LruLists(CAPACITY, 2);
    const lists: number[][] = [[], []];
    for (const [index, list] of sequence) {
      for (const each of lists) if (each.includes(index)) each.splice(each.indexOf(index), 1);
      if (list === 2) {
        order.remove(index);
      } else {
        order.use(index, list);
        lists[list]!.push(index);
      }
      for (const [number, each] of lists.entries()) {
        assertEquals([...order.of(number)], each.toReversed());
        assertEquals([order.sizeOf(number), order.oldest(number)], [each.length, each[0]]);
      }
      assertEquals(order.has(index), list !== 2);
    }
  }));
});

Deno.test("LRU lists: an index that was never used is in no list", () => {
  const order = new LruLists(3, 1);
  assertEquals([-1, 0, 3].map((index) => order.has(index)), [false, false, false]);
});
