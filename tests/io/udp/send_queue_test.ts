import { assertEquals } from "@std/assert";
import { SendQueue } from "../../../io/udp/send_queue.ts";
import { at } from "../fakes.ts";

const PEER = at("192.0.2.1:3544");

/** A queue whose datagrams the test takes one by one. */
function newQueue() {
  const taken: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const queue = new SendQueue((_to, bytes) => {
    taken.push([...bytes]);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  });
  async function take(): Promise<void> {
    gates.shift()!.resolve();
    for (let i = 0; i < 10; i++) await undefined;
  }
  return { queue, taken, take };
}

Deno.test("send queue: while one datagram is being sent, later ones wait", async () => {
  const { queue, taken, take } = newQueue();
  for (let i = 1; i <= 3; i++) queue.add(PEER, Uint8Array.of(i));
  assertEquals(taken, [[1]]);
  await take();
  assertEquals(taken, [[1], [2]]);
  queue.add(PEER, Uint8Array.of(4));
  await take();
  await take();
  await take();
  assertEquals(taken, [[1], [2], [3], [4]]);
  queue.add(PEER, Uint8Array.of(5));
  assertEquals(taken.at(-1), [5], "an empty queue sends at once");
  await take();
});

Deno.test("send queue: it keeps copies, short and long ones, and as many as it holds", async () => {
  const { queue, taken, take } = newQueue();
  const bytes = new Uint8Array(3000).fill(7);
  assertEquals([queue.add(PEER, bytes), queue.add(PEER, bytes.subarray(0, 2))], [true, true]);
  bytes.fill(9);
  await take();
  assertEquals(taken, [new Array(3000).fill(7), [7, 7]]);
  for (let i = 1; i < 512; i++) assertEquals(queue.add(PEER, bytes.subarray(0, 1)), true);
  assertEquals(queue.add(PEER, bytes), false);
  queue.clear();
  await take();
  assertEquals(taken.length, 2, "what was forgotten is not sent");
});
