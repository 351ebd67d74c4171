import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ARENA_SIZE,
  MAX_MESSAGES,
  MAX_SEGMENTS,
  SendBatch,
} from "../../../../ffi/linux/udp/send_batch.ts";
import { type Endpoint, MAX_DATAGRAM, parseEndpoint } from "../../../../wire/endpoint.ts";

const A = parseEndpoint("192.0.2.1:1000")!;
const B = parseEndpoint("192.0.2.1:1001")!;

function batch(isJoining = true): SendBatch {
  return new SendBatch(new Uint8Array(ARENA_SIZE), isJoining);
}

function append(to: SendBatch, ...datagrams: [Endpoint, number][]): boolean {
  return datagrams.map(([at, length]) => to.append(at, new Uint8Array(length))).every(Boolean);
}

/** The messages, each as `[destination, length, length of a datagram, datagrams]`. */
function messages(of: SendBatch): number[][] {
  return Array.from({ length: of.count }, (_, i) => [
    of.destinations[i]!,
    of.lengths[i]!,
    of.segmentLengths[i]!,
    of.datagrams[i]!,
  ]);
}

/** The datagrams that the kernel would cut from the messages. */
function cut(from: SendBatch): { to: number; bytes: number[] }[] {
  return Array.from({ length: from.count }, (_, i) => {
    const [start, length, segment] = [from.starts[i]!, from.lengths[i]!, from.segmentLengths[i]!];
    return Array.from({ length: Math.max(1, Math.ceil(length / segment)) || 1 }, (_, n) => {
      const at = start + n * segment;
      const end = Math.min(at + segment, start + length);
      return { to: from.destinations[i]!, bytes: [...from.arena.subarray(at, end)] };
    });
  }).flat();
}

Deno.test("SendBatch joins what has one destination and one length", () => {
  const gathered = batch();
  append(gathered, [A, 100], [A, 100], [A, 100], [B, 100], [B, 100], [A, 100]);
  assertEquals(messages(gathered), [[A, 300, 100, 3], [B, 200, 100, 2], [A, 100, 100, 1]]);
});

Deno.test("SendBatch ends a message with the first shorter datagram, and with a longer one", () => {
  const gathered = batch();
  append(gathered, [A, 100], [A, 99], [A, 99], [A, 100], [A, 100], [A, 1]);
  assertEquals(messages(gathered), [
    [A, 199, 100, 2],
    [A, 99, 99, 1],
    [A, 201, 100, 3],
  ]);
});

Deno.test("SendBatch leaves empty datagrams alone, because a message cannot show them", () => {
  const gathered = batch();
  append(gathered, [A, 0], [A, 0], [A, 5], [A, 0], [A, 5]);
  assertEquals(messages(gathered).map(([, length]) => length), [0, 0, 5, 0, 5]);
});

Deno.test("SendBatch keeps to the kernel's limits for a message", () => {
  const many = batch();
  for (let i = 0; i <= MAX_SEGMENTS; i++) append(many, [A, 10]);
  assertEquals(messages(many).map((message) => message[3]), [MAX_SEGMENTS, 1]);
  const long = batch();
  for (let i = 0; i < 3; i++) append(long, [A, 30_000]);
  assertEquals(messages(long).map(([, length]) => length), [60_000, 30_000]);
  const exact = batch();
  append(exact, [A, MAX_DATAGRAM - 7], [A, 7], [A, MAX_DATAGRAM]);
  assertEquals(messages(exact).map(([, length]) => length), [MAX_DATAGRAM, MAX_DATAGRAM]);
});

Deno.test("SendBatch is full when its messages or its bytes are used up, and empty when cleared", () => {
  const messagesUsed = batch();
  for (let i = 0; i < MAX_MESSAGES; i++) assert(append(messagesUsed, [i % 2 ? A : B, 1]));
  assertEquals(append(messagesUsed, [B, 1]), false);
  assertEquals(append(messagesUsed, [A, 1]), true, "the last message takes one more");
  messagesUsed.clear();
  assertEquals(append(messagesUsed, [B, 1]), true);
  assertEquals(messagesUsed.count, 1);

  const bytesUsed = batch();
  let taken = 0;
  while (append(bytesUsed, [A, MAX_DATAGRAM])) taken++;
  assertEquals(taken, Math.floor(ARENA_SIZE / MAX_DATAGRAM));
});

Deno.test("SendBatch joins nothing when told so, at first or later, at all or to one destination", () => {
  const never = batch(false);
  append(never, [A, 1], [A, 1]);
  assertEquals(never.count, 2);

  const later = batch();
  append(later, [A, 1]);
  later.stopJoining();
  append(later, [A, 1], [A, 1]);
  assertEquals(later.count, 3);

  const one = batch();
  append(one, [A, 1]);
  one.stopJoiningTo(A);
  append(one, [A, 1], [B, 1], [B, 1]);
  assertEquals(messages(one).map((message) => message[3]), [1, 1, 2]);
});

Deno.test("SendBatch forgets destinations rather than remember ever more", () => {
  const gathered = batch();
  gathered.stopJoiningTo(A);
  for (let i = 0; i < 1000; i++) gathered.stopJoiningTo((B + i) as Endpoint);
  append(gathered, [A, 1], [A, 1]);
  assertEquals(gathered.count, 1);
});

/**
 * Appends a run as a sender does, which sends the batch when it is full. Returns all that was sent.
 */
function appendRun(to: SendBatch, at: Endpoint, run: Uint8Array, length: number) {
  const sent = [];
  for (let done = 0; done < run.length;) {
    const taken = to.appendRun(at, run, done, length);
    done += taken;
    if (taken > 0) continue;
    sent.push(...cut(to));
    assert(sent.length > 0, "an empty batch has room");
    to.clear();
  }
  return [...sent, ...cut(to)];
}

Deno.test("SendBatch takes a run as if its datagrams came one by one", () => {
  const gathered = batch();
  append(gathered, [A, 1280]);
  assertEquals(gathered.appendRun(A, new Uint8Array(60 * 1280 + 7), 0, 1280), 50 * 1280);
  assertEquals(
    gathered.appendRun(A, new Uint8Array(60 * 1280 + 7), 50 * 1280, 1280),
    10 * 1280 + 7,
  );
  append(gathered, [A, 7]);
  assertEquals(messages(gathered), [
    [A, 51 * 1280, 1280, 51],
    [A, 10 * 1280 + 7, 1280, 11],
    [A, 7, 7, 1],
  ]);
});

Deno.test("SendBatch: what the kernel cuts of runs is what they were made of, in order", () => {
  const piece = fc.record({
    to: fc.constantFrom(A, B),
    size: fc.integer({ min: 1, max: 30_000 }),
    length: fc.constantFrom(1, 40, 1280, 1288, MAX_DATAGRAM),
  });
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.boolean(),
      fc.boolean(),
      (list, joins, parts) => {
        const gathered = batch(joins);
        if (parts) gathered.stopJoiningTo(B);
        for (const { to, size, length } of list) {
          gathered.clear();
          const run = Uint8Array.from({ length: size }, (_, i) => i * 31);
          const want = Array.from({ length: Math.ceil(size / length) }, (_, i) => ({
            to: to as number,
            bytes: [...run.subarray(i * length, (i + 1) * length)],
          }));
          assertEquals(appendRun(gathered, to, run, length), want);
        }
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("SendBatch: what the kernel cuts is what was appended, in order", () => {
  const datagram = fc.record({
    to: fc.constantFrom(A, B),
    // Few lengths, so that many are equal.
    length: fc.constantFrom(0, 1, 40, 1280, 1288),
    octet: fc.nat(255),
  });
  fc.assert(
    fc.property(fc.array(datagram, { maxLength: 120 }), fc.boolean(), (list, joins) => {
      const gathered = batch(joins);
      const taken = list.map(({ to, length, octet }) => ({
        to,
        bytes: new Uint8Array(length).fill(octet),
      })).filter(({ to, bytes }) => gathered.append(to, bytes));
      assertEquals(cut(gathered), taken.map(({ to, bytes }) => ({ to, bytes: [...bytes] })));
    }),
    { numRuns: 300 },
  );
});
