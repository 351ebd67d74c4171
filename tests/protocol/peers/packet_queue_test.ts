import { AddressHash } from "../../../protocol/address_hash.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PacketQueue } from "../../../protocol/peers/packet_queue.ts";
import { PacketStore } from "../../../protocol/peers/packet_store.ts";
import { QueueBudget } from "../../../protocol/peers/queue_budget.ts";
import { SOURCE } from "../../../wire/ipv6_header.ts";
import { ip6 } from "../../vectors/vectors.ts";

Deno.test("a queue returns copies of its packets in the order they came", () => {
  const queue = new PacketQueue(new PacketStore(new QueueBudget(100, 1_000)));
  const packet = Uint8Array.of(1);
  assertEquals(queue.push(packet), true);
  packet[0] = 99;
  queue.push(Uint8Array.of(2, 2));
  assertEquals(queue.take(), [Uint8Array.of(1), Uint8Array.of(2, 2)]);
  assertEquals(queue.isEmpty, true);
  assertEquals(queue.take(), []);
});

Deno.test("a queue holds exactly as many octets as one peer may have", () => {
  const budget = new QueueBudget(200, 2_000);
  const queue = new PacketQueue(new PacketStore(budget));
  assertEquals(queue.push(new Uint8Array(220)), false);
  assertEquals(queue.push(new Uint8Array(120)), true);
  assertEquals(queue.push(new Uint8Array(100)), false);
  assertEquals(queue.push(new Uint8Array(80)), true);
  assertEquals(budget.used, 200);
});

Deno.test("all queues together hold exactly the total, and free it when emptied", () => {
  const budget = new QueueBudget(200, 300);
  const [one, two] = twoQueues(budget);
  assertEquals(one.push(new Uint8Array(200)), true);
  assertEquals(two.push(new Uint8Array(120)), false);
  assertEquals(two.push(new Uint8Array(100)), true);
  one.take();
  assertEquals(budget.used, 100);
  assertEquals(two.push(new Uint8Array(100)), true);
});

function twoQueues(budget: QueueBudget): [PacketQueue, PacketQueue] {
  const store = new PacketStore(budget);
  return [new PacketQueue(store), new PacketQueue(store)];
}

/** A packet from a site. */
function from(site: number, length: number): Uint8Array {
  const packet = new Uint8Array(length);
  packet.set(ip6(`2001:db8:${site.toString(16)}::1`), SOURCE);
  return packet;
}

Deno.test("a source gets a third of what all leave free: a quarter if it is alone", () => {
  const budget = new QueueBudget(10_000, 4_000, new AddressHash(1));
  const queue = new PacketQueue(new PacketStore(budget));
  assertEquals(queue.push(from(1, 600)), true);
  assertEquals(queue.push(from(1, 410)), false);
  assertEquals(queue.push(from(1, 400)), true);
  assertEquals(queue.push(from(2, 760)), false);
  assertEquals(queue.push(from(2, 750)), true);
  assertEquals(queue.push(from(1, 400)), false);
  assertEquals(budget.used, 1750);
});

Deno.test("a source gets its share back when a queue is emptied", () => {
  const budget = new QueueBudget(10_000, 4_000, new AddressHash(1));
  const [one, two] = twoQueues(budget);
  for (let round = 0; round < 100; round++) {
    assertEquals(one.push(from(1, 400)) && two.push(from(1, 600)), true);
    assertEquals(two.push(from(1, 400)), false);
    assertEquals([...one.take(), ...two.take()].map(({ length }) => length), [400, 600]);
  }
  assertEquals(budget.used, 0);
});

Deno.test("twenty sources that take all they can leave room for one more", () => {
  const budget = new QueueBudget(2 ** 20, 2 ** 20, new AddressHash(1));
  const queue = new PacketQueue(new PacketStore(budget));
  for (let site = 1; site <= 21; site++) {
    let packets = 0;
    while (queue.push(from(site, 100))) packets++;
    assertEquals(packets > 0, true, `site ${site}`);
  }
});

Deno.test("after any pushes and takes, the budget counts the octets that wait", () => {
  const steps = fc.array(fc.tuple(fc.nat(2), fc.option(fc.integer({ min: 64, max: 600 }))), {
    maxLength: 60,
  });
  fc.assert(fc.property(steps, (sequence) => {
    const budget = new QueueBudget(1_000, 2_000);
    const store = new PacketStore(budget);
    const queues = [0, 1, 2].map(() => new PacketQueue(store));
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
      assertEquals(total <= 2_000 && Math.max(...waiting) <= 1_000, true);
    }
  }));
});
