import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AddressHash } from "../../../protocol/address_hash.ts";
import { Peer } from "../../../protocol/peers/peer.ts";
import { PeerTable } from "../../../protocol/peers/peer_table.ts";
import { randomBytes } from "../../../protocol/random.ts";
import { ACTORS } from "../../vectors/vectors.ts";
import { seededRandom } from "../../sim/seeded_random.ts";

const SEED = 0x5eed;

/** The address 2001:db8::`number`. */
function addressOf(number: number): Uint8Array {
  const address = new Uint8Array(16);
  address.set([0x20, 0x01, 0x0d, 0xb8]);
  new DataView(address.buffer).setUint32(12, number);
  return address;
}

/** Adds a peer, for which another is removed if there is no room. */
function addAddress(table: PeerTable<Peer>, address: Uint8Array): Peer {
  const { expendable } = table;
  if (expendable !== undefined) table.remove(expendable);
  return table.add(address, 0, 0);
}

function add(table: PeerTable<Peer>, number: number): Peer {
  return addAddress(table, addressOf(number));
}

/** Adds a peer that is trusted from the beginning of its use. */
function addTrusted(table: PeerTable<Peer>, number: number): Peer {
  const peer = add(table, number);
  peer.trust(ACTORS.b, 0);
  table.use(addressOf(number));
  return peer;
}

/** The numbers of the peers that a table knows, in its order. */
function numbersOf(table: PeerTable<Peer>): number[] {
  return [...table].map((peer) => new DataView(peer.address.buffer).getUint32(12));
}

/** A table of `capacity` that knows untrusted peers of some numbers. */
function tableOf(capacity: number, ...numbers: number[]): PeerTable<Peer> {
  const table = new PeerTable(Peer, capacity, new AddressHash(SEED));
  for (const number of numbers) add(table, number);
  return table;
}

Deno.test("a peer is found by its address, at any offset", () => {
  const table = tableOf(10, 6);
  const packet = new Uint8Array(40);
  packet.set(addressOf(7), 24);
  const peer = table.add(packet, 24, 0);
  assertEquals(peer.address, addressOf(7));
  assert(table.find(packet, 24) === peer);
  assert(table.use(packet, 24) === peer);
  assert(table.find(addressOf(7)) === peer);
  assertEquals(table.find(packet, 8), undefined);
  assertEquals(table.use(addressOf(8)), undefined);
});

Deno.test("a table never holds more than its capacity", () => {
  const table = tableOf(100);
  const random = seededRandom("capacity");
  for (let i = 0; i < 10_000; i++) {
    const peer = addAddress(table, randomBytes(random, 16));
    if (i % 3 === 0) peer.trust(ACTORS.b, 0);
    assert(table.size <= 100);
  }
  assertEquals([...table].length, 100);
  assertThrows(() => table.add(addressOf(1), 0, 0), RangeError);
});

Deno.test("a full table names the least recently used peer as the one to remove", () => {
  const table = tableOf(3, 1, 2);
  assertEquals(table.expendable, undefined);
  add(table, 3);
  table.use(addressOf(1));
  table.find(addressOf(2)); // to find is not to use
  assert(table.expendable === table.find(addressOf(2)));
  add(table, 4);
  assert(table.expendable === table.find(addressOf(3)));
  add(table, 5);
  assertEquals(numbersOf(table), [5, 4, 1]);
  assertEquals(table.find(addressOf(2)), undefined);
});

Deno.test("untrusted peers make room before trusted ones, however recently used", () => {
  const table = tableOf(4);
  for (const number of [1, 2]) addTrusted(table, number);
  for (let number = 10; number < 1000; number++) add(table, number);
  assertEquals(numbersOf(table).slice(0, 2), [2, 1]);
});

Deno.test("a flood of untrusted peers takes no more than a quarter from trusted ones", () => {
  const table = tableOf(100);
  for (let number = 1; number <= 100; number++) addTrusted(table, number);
  for (let number = 1000; number < 20_000; number++) add(table, number);
  const numbers = numbersOf(table);
  assertEquals(numbers.length, 100);
  assertEquals(numbers.filter((number) => number <= 100).length, 75);
  assertEquals(numbers[0], 100);
});

/** A peer that comes unasked and proves itself, and that the role may choose later. */
class Caller extends Peer {
  isOurs = false;

  override get isChosen(): boolean {
    return this.isOurs;
  }
}

Deno.test("a flood of peers that prove themselves takes no more than a quarter from chosen ones", () => {
  const table = new PeerTable(Caller, 100, new AddressHash(SEED));
  const come = (number: number): Caller => {
    if (table.expendable !== undefined) table.remove(table.expendable);
    const peer = table.add(addressOf(number), 0, 0);
    peer.trust(ACTORS.b, 0);
    return peer;
  };
  for (let number = 1; number <= 100; number++) come(number).isOurs = true;
  for (let number = 1000; number < 20_000; number++) come(number);
  const numbers = numbersOf(table as PeerTable<Peer>);
  assertEquals(numbers.length, 100);
  assertEquals(numbers.filter((number) => number <= 100).length, 75);
  // One that the role turns to stays from then on.
  table.find(addressOf(19_999))!.isOurs = true;
  for (let number = 20_000; number < 30_000; number++) come(number);
  assert(table.find(addressOf(19_999)) !== undefined);
});

Deno.test("a table full of trusted peers has room for several new ones at a time", () => {
  const table = tableOf(100);
  for (let number = 1; number <= 100; number++) addTrusted(table, number);
  for (let number = 1000; number < 1025; number++) add(table, number);
  for (let number = 1000; number < 1025; number++) {
    assert(table.find(addressOf(number)), `${number}`);
  }
});

Deno.test("a peer that became trusted since it was last used is not taken for an untrusted one", () => {
  const table = tableOf(4, 1, 2, 3, 4);
  table.find(addressOf(1))!.trust(ACTORS.b, 0);
  for (let number = 10; number < 1000; number++) add(table, number);
  assertEquals(numbersOf(table)[0], 1);
});

Deno.test("a peer that lost trust joins the untrusted ones on its next use", () => {
  const table = tableOf(2);
  const [peer] = [addTrusted(table, 1), addTrusted(table, 2)];
  peer.distrust();
  table.use(addressOf(1));
  assertEquals(numbersOf(table), [2, 1]);
  assert(table.expendable === peer);
});

Deno.test("removal forgets that peer only, and an unknown one changes nothing", () => {
  const table = tableOf(10, 1);
  addTrusted(table, 2);
  const one = table.find(addressOf(1))!;
  table.remove(one);
  table.remove(one);
  table.remove(tableOf(10, 9).find(addressOf(9))!);
  assertEquals(numbersOf(table), [2]);
  assertEquals(table.find(addressOf(1)), undefined);
});

Deno.test("peers may be removed while they are walked through", () => {
  const table = tableOf(10, 1, 3);
  for (const number of [2, 4]) addTrusted(table, number);
  for (const peer of table) table.remove(peer);
  assertEquals([table.size, numbersOf(table)], [0, []]);
  add(table, 1);
  assertEquals(numbersOf(table), [1]);
});

/** Twelve addresses of pairwise equal hashes, found by search. */
function collidingAddresses(): Uint8Array[] {
  const hash = new AddressHash(SEED);
  const seen = new Map<number, Uint8Array>();
  const found: Uint8Array[] = [];
  const random = seededRandom("collisions");
  while (found.length < 12) {
    const address = randomBytes(random, 16);
    const value = hash.of(address, 0);
    const other = seen.get(value);
    if (other !== undefined) found.push(other, address);
    seen.set(value, address);
  }
  return found;
}

Deno.test("peers of equal hash stay distinct, in whatever order they come and go", () => {
  const addresses = collidingAddresses();
  const orders = fc.shuffledSubarray([...addresses.keys()]);
  fc.assert(fc.property(orders, orders, (arrivals, departures) => {
    const table = tableOf(100);
    const known = new Map<number, Peer>();
    const check = () => {
      for (const [i, address] of addresses.entries()) assert(table.find(address) === known.get(i));
      assertEquals(table.size, known.size);
    };
    for (const i of arrivals) {
      known.set(i, table.add(addresses[i]!, 0, 0));
    }
    check();
    for (const i of departures) {
      const peer = known.get(i);
      if (peer !== undefined) table.remove(peer);
      known.delete(i);
      check();
    }
  }));
});

Deno.test("after any operations, a table holds what a plain list with the same rules holds", () => {
  const steps = fc.array(
    fc.tuple(fc.constantFrom("add", "use", "remove", "trust"), fc.nat(15)),
    { maxLength: 100 },
  );
  fc.assert(fc.property(steps, (sequence) => {
    const table = tableOf(100);
    const known = new Map<number, Peer>();
    for (const [step, number] of sequence) {
      const peer = known.get(number);
      if (step === "add" && !peer) {
        known.set(number, add(table, number));
      } else if (step === "remove" && peer) {
        known.delete(number);
        table.remove(peer);
      } else if (step === "trust") {
        peer?.trust(ACTORS.b, 0);
      } else {
        assert(table.use(addressOf(number)) === peer);
      }
      assertEquals(numbersOf(table).toSorted(), [...known.keys()].toSorted());
    }
  }));
});
