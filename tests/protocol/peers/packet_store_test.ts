import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { AddressHash } from "../../../protocol/address_hash.ts";
import { NONE, PacketStore } from "../../../protocol/peers/packet_store.ts";
import { QueueBudget } from "../../../protocol/peers/queue_budget.ts";
import { SOURCE } from "../../../wire/ipv6_header.ts";
import { ip6 } from "../../vectors/vectors.ts";

Deno.test("a store returns packets of any length as they were", () => {
  const store = new PacketStore(new QueueBudget(10_000, 10_000));
  for (const length of [0, 1, 40, 127, 128, 129, 256, 257, 1280, 9_000]) {
    const packet = filled(length);
    const kept = store.keep(packet);
    assertEquals(store.copyOf(kept), filled(length), `${length} octets`);
    assertEquals(store.after(kept), NONE);
    store.discard(kept);
  }
  assertEquals(store.budget.used, 0);
});

Deno.test("a store holds no more than its budget, and all of that again after a flood", () => {
  const store = new PacketStore(new QueueBudget(1_280, 100_000));
  for (let flood = 0; flood < 20; flood++) {
    const kept = [];
    for (let i = 0; i < 10_000; i++) kept.push(store.keep(filled(72)));
    const packets = kept.filter((packet) => packet !== NONE);
    assertEquals(packets.length, Math.floor(100_000 / 72));
    assertEquals(store.budget.used, packets.length * 72);
    for (const packet of packets) store.discard(packet);
  }
});

Deno.test("a site that sends the shortest packets leaves room for others, as QueueBudget promises", () => {
  const store = new PacketStore(new QueueBudget(1_280, 100_000, new AddressHash(1)));
  for (let site = 1; site <= 12; site++) {
    const packet = new Uint8Array(40);
    packet.set(ip6(`2001:db8:${site}::1`), SOURCE);
    let kept = 0;
    while (store.keep(packet) !== NONE) kept++;
    assert(kept >= 10, `site ${site}: ${kept}`);
  }
});

Deno.test("after any steps, a store has the packets that were kept and not discarded", () => {
  const steps = fc.array(fc.oneof(fc.nat(400), fc.constant("discard" as const)), {
    maxLength: 80,
  });
  fc.assert(fc.property(steps, (sequence) => {
    const store = new PacketStore(new QueueBudget(1_000, 2_000));
    const kept: [packet: number, copy: Uint8Array][] = [];
    for (const [i, step] of sequence.entries()) {
      if (step === "discard") {
        const [oldest] = kept.splice(0, 1);
        if (oldest !== undefined) store.discard(oldest[0]);
      } else {
        const packet = filled(step, i);
        const at = store.keep(packet);
        if (at !== NONE) kept.push([at, packet]);
      }
      for (const [at, copy] of kept) assertEquals(store.copyOf(at), copy);
      assertEquals(
        store.budget.used,
        kept.reduce((sum, [, { length }]) => sum + Math.max(64, length), 0),
      );
    }
  }));
});

/** A packet whose octets all differ from those next to them. */
function filled(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => first + i);
}
