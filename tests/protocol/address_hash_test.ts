import { assert, assertEquals } from "@std/assert";
import { AddressHash } from "../../protocol/address_hash.ts";
import { ACTORS, at, ip6 } from "../vectors/vectors.ts";

/**
 * 65,536 addresses that differ in the upper bits of one word and, in the next, in those and the
 * places to which multiplying and shifting by 15 would carry them: a hash that does so word by word
 * gives them 256 values, whatever its seed.
 */
function hostileAddresses(): Uint8Array[] {
  const octets = Array.from({ length: 256 }, (_, i) => i);
  return octets.flatMap((one) =>
    octets.map((two) => {
      const address = ACTORS.addressOfA.slice();
      const words = new DataView(address.buffer);
      words.setUint32(4, (words.getUint32(4) ^ (one << 24)) >>> 0);
      words.setUint32(8, (words.getUint32(8) ^ (two << 24) ^ (two << 9)) >>> 0);
      return address;
    })
  );
}

/** Such a hash, to show that the addresses do what they are made for. */
function multiplied(address: Uint8Array, seed: number): number {
  const words = new DataView(address.buffer);
  let hash = seed;
  for (let i = 0; i < 16; i += 4) {
    hash = Math.imul(hash ^ words.getUint32(i), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

Deno.test("the hash of an address is the same at any offset, and different under another seed", () => {
  const hash = new AddressHash(1);
  const packet = new Uint8Array(40);
  packet.set(ACTORS.addressOfA, 8);
  packet.set(ACTORS.addressOfB, 24);
  assertEquals(hash.of(packet, 8), hash.of(ACTORS.addressOfA, 0));
  assert(hash.of(packet, 8) !== hash.of(packet, 24));
  assert(hash.of(packet, 8) !== new AddressHash(2).of(packet, 8));
});

Deno.test("addresses made to collide hardly do, under any seed", () => {
  const addresses = hostileAddresses();
  for (const seed of [0, 1, -1, 0x9e3779b9, 0x5eed]) {
    const hash = new AddressHash(seed);
    const values = new Set(addresses.map((address) => hash.of(address, 0)));
    assert(values.size > addresses.length * 0.99, `${values.size} values under seed ${seed}`);
    assertEquals(new Set(addresses.map((address) => multiplied(address, seed))).size, 256);
  }
});

Deno.test("all addresses of a site have its hash, and other sites have others", () => {
  const hash = new AddressHash(1);
  const of = (text: string) => hash.ofSite(ip6(text), 0);
  assertEquals(of("2001:db8:1::"), of("2001:db8:1:ffff:ffff:ffff:ffff:ffff"));
  const sites = Array.from({ length: 4096 }, (_, i) => of(`2001:db8:${i.toString(16)}::`));
  assertEquals(new Set(sites).size, 4096);
  assert(of("2001:db8:1::") !== of("2002:db8:1::"));
});

Deno.test("an endpoint and an address that swap octets have another hash together", () => {
  const hash = new AddressHash(1);
  const of = (place: string, text: string) => hash.ofBoth(at(place), ip6(text), 0);
  assertEquals(of("192.0.2.1:7", "fe80::1"), of("192.0.2.1:7", "fe80::1"));
  assert(of("192.0.2.1:7", "fe80:300::1") !== of("192.0.3.1:7", "fe80:200::1"));
  assert(of("192.0.2.1:7", "fe80::1") !== of("192.0.2.1:8", "fe80::1"));
});
