import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PacketQueue, QueueBudget } from "../../protocol/packet_queue.ts";

Deno.test("packets come out in the order in which they came in, copied", () => {
  const queue = new PacketQueue(new QueueBudget(100, 100));
  const packet = Uint8Array.of(1);
  assertEquals(queue.push(packet), true);
  packet[0] = 99;
  queue.push(Uint8Array.of(2, 2));
  assertEquals(queue.take(), [Uint8Array.of(1), Uint8Array.of(2, 2)]);
  assertEquals(queue.isEmpty, true);
  assertEquals(queue.take(), []);
});

Deno.test("a queue holds what the share of one peer allows, to the octet", () => {
  const budget = new QueueBudget(10, 100);
  const queue = new PacketQueue(budget);
  assertEquals(queue.push(new Uint8Array(11)), false);
  assertEquals(queue.push(new Uint8Array(6)), true);
  assertEquals(queue.push(new Uint8Array(5)), false);
  assertEquals(queue.push(new Uint8Array(4)), true);
  assertEquals(budget.used, 10);
});

Deno.test("all queues together hold what the total allows, and give it back when emptied", () => {
  const budget = new QueueBudget(10, 15);
  const [one, two] = [new PacketQueue(budget), new PacketQueue(budget)];
  assertEquals(one.push(new Uint8Array(10)), true);
  assertEquals(two.push(new Uint8Array(6)), false);
  assertEquals(two.push(new Uint8Array(5)), true);
  one.take();
  assertEquals(budget.used, 5);
  assertEquals(two.push(new Uint8Array(5)), true);
});

Deno.test("whatever is pushed and taken, the budget counts the octets that wait", () => {
  const steps = fc.array(fc.tuple(fc.nat(2), fc.option(fc.nat(60))), { maxLength: 60 });
  fc.assert(fc.property(steps, (sequence) => {
    const budget = new QueueBudget(100, 200);
    const queues = [0, 1, 2].map(() => new PacketQueue(budget));
    const waiting = [0, 0, 0];
    for (const [which, length] of sequence) {
      const queue = queues[which]!;
      if (length === null) {
        const taken = queue.take().reduce((sum, packet) => sum + packet.length, 0);
        assertEquals(taken, waiting[which]);
        waiting[which] = 0;
      } else if (queue.push(new Uint8Array(length))) {
        waiting[which]! += length;
      }
      const total = waiting.reduce((sum, octets) => sum + octets);
      assertEquals(budget.used, total);
      assertEquals(total <= 200 && Math.max(...waiting) <= 100, true);
    }
  }));
});
