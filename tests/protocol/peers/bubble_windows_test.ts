import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { AddressHash } from "../../../protocol/address_hash.ts";
import { BubbleWindows } from "../../../protocol/peers/bubble_windows.ts";
import { MAX_BUBBLES } from "../../../protocol/constants.ts";

const HASH = new AddressHash(0x5eed);

/** Addresses that differ at their beginning or at their end. */
function addressOf(number: number): Uint8Array {
  return Uint8Array.of(0x20 + (number >> 2), ...new Uint8Array(14), number & 3);
}

/** How many bubbles an address may be sent at once. */
function spare(windows: BubbleWindows, number: number): number {
  let bubbles = 0;
  while (windows.take(addressOf(number), 0)) bubbles++;
  return bubbles;
}

Deno.test("every address has its own window", () => {
  const windows = new BubbleWindows(100, HASH);
  for (let number = 0; number < 100; number++) assertEquals(spare(windows, number), MAX_BUBBLES);
  for (let number = 0; number < 100; number++) assertEquals(spare(windows, number), 0);
  assert(windows.take(addressOf(7), 300_000));
});

Deno.test("an address that is forgotten starts afresh, and no other does", () => {
  const windows = new BubbleWindows(10, HASH);
  for (const number of [1, 2]) spare(windows, number);
  windows.forget(addressOf(1));
  windows.forget(addressOf(9));
  assertEquals([1, 2].map((number) => spare(windows, number)), [MAX_BUBBLES, 0]);
});

Deno.test("the least recently used address makes room", () => {
  const windows = new BubbleWindows(10, HASH);
  for (let number = 0; number < 10; number++) spare(windows, number);
  spare(windows, 0);
  spare(windows, 10);
  assertEquals([0, 1].map((number) => spare(windows, number)), [0, MAX_BUBBLES]);
});

Deno.test("after any operations, the windows are those of a plain list in order of use", () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(12)), { maxLength: 100 });
  fc.assert(fc.property(steps, (sequence) => {
    const windows = new BubbleWindows(8, HASH);
    const known = new Map<number, number>();
    for (const [takes, number] of sequence) {
      const count = known.get(number) ?? 0;
      known.delete(number);
      if (takes) {
        assertEquals(windows.take(addressOf(number), 0), count < MAX_BUBBLES);
        if (known.size === 8) known.delete(known.keys().next().value!);
        known.set(number, Math.min(count + 1, MAX_BUBBLES));
      } else {
        windows.forget(addressOf(number));
      }
    }
  }));
});
