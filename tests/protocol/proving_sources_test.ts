import { assert, assertEquals } from "@std/assert";
import { ProvingSources } from "../../protocol/proving_sources.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { isLinkLocal } from "../../wire/ipv6_address.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { ACTORS } from "../vectors/vectors.ts";

const { addressOfA, addressOfB } = ACTORS;

function sources(seed = "sources"): ProvingSources {
  return new ProvingSources(seededRandom(seed));
}

Deno.test("proving sources: link-local, the same for one client for a while, and no two alike", () => {
  const one = sources();
  const source = one.sourceFor(addressOfA, 0);
  assert(isLinkLocal(source, 0));
  assertEquals(one.sourceFor(addressOfA, 29_999), source);
  const others = [
    one.sourceFor(addressOfB, 0),
    one.sourceFor(addressOfA, 30_000),
    sources("another key").sourceFor(addressOfA, 0),
  ];
  const all = new Set([source, ...others].map((it) => it.toHex()));
  assertEquals(all.size, 4);
});

Deno.test("proving sources: an answer proves its sender for 30 to 60 seconds", () => {
  const one = sources();
  const answer = encodeBubble(addressOfA, one.sourceFor(addressOfA, 29_999));
  assert(one.isProof(answer, 29_999) && one.isProof(answer, 59_999));
  assert(!one.isProof(answer, 60_000));
});

Deno.test("proving sources: what another client learnt, a guess or data prove nothing", () => {
  const one = sources();
  const ofA = one.sourceFor(addressOfA, 0);
  assert(!one.isProof(encodeBubble(addressOfB, ofA), 0));
  for (let bit = 0; bit < 128; bit++) {
    const guess = ofA.slice();
    guess[bit >>> 3]! ^= 1 << (bit & 7);
    assert(!one.isProof(encodeBubble(addressOfA, guess), 0), `bit ${bit}`);
  }
  const data = encodeEcho({
    type: Icmpv6Type.ECHO_REQUEST,
    source: addressOfA,
    destination: ofA,
    identifier: 1,
    sequence: 1,
    data: new Uint8Array(4),
  });
  assert(!one.isProof(data, 0));
});
