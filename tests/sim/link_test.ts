import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Link, type LinkQuality } from "./link.ts";
import type { PacketKind } from "./packet_kind.ts";
import { seededRandom } from "./seeded_random.ts";

const PACKETS = 20_000;

/** The delays of the copies of many packets. */
function carryMany(
  quality: Partial<LinkQuality>,
  kind: PacketKind = "data",
  seed = "link",
): number[][] {
  const link = new Link(quality, seededRandom(seed));
  return Array.from({ length: PACKETS }, () => link.carry(kind));
}

function assertShare(actual: number, expected: number): void {
  assert(Math.abs(actual / PACKETS - expected) < 0.01, `${actual / PACKETS} is not ${expected}`);
}

Deno.test("a good link carries each packet once, in the same time", () => {
  assert(carryMany({ delay: 25 }).every((copies) => copies.length === 1 && copies[0] === 25));
});

Deno.test("a link loses its share of packets", () => {
  assertShare(carryMany({ loss: 0.2 }).filter((copies) => copies.length === 0).length, 0.2);
  assertEquals(carryMany({ loss: 1 }).flat().length, 0);
});

Deno.test("a link duplicates its share of packets", () => {
  assertShare(carryMany({ duplication: 0.3 }).filter((copies) => copies.length === 2).length, 0.3);
});

Deno.test("a link holds its share of packets back, so that later ones overtake", () => {
  const delays = carryMany({ delay: 10, reordering: 0.1, heldBack: 40 }).flat();
  assertShare(delays.filter((delay) => delay === 50).length, 0.1);
  assertEquals(new Set(delays).size, 2);
});

Deno.test("jitter is spread evenly above the delay", () => {
  const delays = carryMany({ delay: 10, jitter: 20 }).flat();
  assert(delays.every((delay) => delay >= 10 && delay < 30));
  assertShare(delays.filter((delay) => delay < 20).length, 0.5);
});

Deno.test("a link that loses bubbles only spares the rest", () => {
  const quality = { delay: 10, loss: 1, victims: ["bubble"] } as const;
  assertEquals(carryMany(quality, "bubble").flat().length, 0);
  assertEquals(carryMany(quality, "echo request").flat().length, PACKETS);
});

Deno.test("a seed decides what a link does", () => {
  const quality = { loss: 0.3, duplication: 0.3, jitter: 5 };
  assertEquals(carryMany(quality, "data", "1"), carryMany(quality, "data", "1"));
  assertNotEquals(carryMany(quality, "data", "1"), carryMany(quality, "data", "2"));
});

Deno.test("a link damages its share of packets, and says which", () => {
  const packet = new Uint8Array(100);
  const link = new Link({ corruption: 0.2, truncation: 0.1 }, seededRandom("damage"));
  const damaged: Uint8Array[] = [];
  link.watcher = { doubled: () => {}, damaged: (arrived) => damaged.push(arrived) };
  const arrived = Array.from({ length: PACKETS }, () => link.damage(packet));
  assertShare(arrived.filter(({ length }) => length < 100).length, 0.1);
  assertShare(arrived.filter((each) => each.some((octet) => octet !== 0)).length, 0.2 - 0.01);
  assertEquals(damaged, arrived.filter((each) => each !== packet));
  assertEquals(packet, new Uint8Array(100));
});

Deno.test("a link with a low MTU loses what is longer, and nothing else", () => {
  const link = new Link({ mtu: 100 }, seededRandom("mtu"));
  const arrives = (length: number) => link.carry("data", new Uint8Array(length)).length === 1;
  assertEquals([99, 100, 101].map(arrives), [true, true, false]);
});

Deno.test("a link says which packets it doubles", () => {
  const link = new Link({ duplication: 1 }, seededRandom("doubles"));
  const doubled: Uint8Array[] = [];
  link.watcher = { doubled: (packet) => doubled.push(packet), damaged: () => {} };
  const packet = new Uint8Array(1);
  assertEquals(link.carry("data", packet).length, 2);
  assertEquals(doubled, [packet]);
});
