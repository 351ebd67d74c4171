/** P-22: whatever arrives, the codecs neither throw nor look beside the datagram. */

import { assertEquals } from "@std/assert";
import { isAuthentic } from "../../wire/authentication.ts";
import { isBubble } from "../../wire/bubble.ts";
import { hasValidIcmpv6Checksum } from "../../wire/checksum.ts";
import { echoDataOf, isEcho, isIcmpv6, mayReportError } from "../../wire/icmpv6.ts";
import { hasRoutingHeaderType0, isIpv6Packet } from "../../wire/ipv6_header.ts";
import {
  checkRouterSolicitation,
  isRouterAdvertisement,
  isRouterSolicitation,
  parseRouterAdvertisement,
} from "../../wire/neighbor_discovery.ts";
import { decodeTeredoAddress } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { parseTrailers } from "../../wire/trailers.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { ACTORS, captures, negatives, vectors } from "../vectors/vectors.ts";

const RUNS = 1_000_000;

/** Inputs to begin with: every fixture short enough to be mutated a million times. */
const CORPUS = [...vectors, ...negatives, ...captures]
  .map((row) => row.payload)
  .filter((payload) => payload.length <= 300);

/** Everything that the codecs say of a datagram, as one number; what they throw is a failure. */
function digest(datagram: Uint8Array): number {
  const packet = parseTeredoPacket(datagram);
  if (typeof packet === "string") return mix(packet.length, packet.charCodeAt(0));
  const { authentication, origin, ipv6, trailers } = packet;
  let sum = mix(origin ?? 1, ipv6.length);
  if (authentication !== undefined) {
    const { identifier, value, nonce, confirmation } = authentication;
    sum = mixAll(mixAll(mixAll(mix(sum, confirmation), identifier), value), nonce);
  }
  const said = parseTrailers(trailers);
  sum = mix(sum, JSON.stringify(said).length);
  if (typeof said === "object") sum = mix(mix(sum, said.nonce ?? 1), said.randomPort ?? 1);
  sum = mix(
    sum,
    flags(
      isIpv6Packet(ipv6),
      isBubble(ipv6),
      isIcmpv6(ipv6),
      isEcho(ipv6),
      hasRoutingHeaderType0(ipv6),
      mayReportError(ipv6, 1),
    ),
  );
  if (isEcho(ipv6)) sum = mixAll(sum, echoDataOf(ipv6));
  if (isIcmpv6(ipv6)) sum = mix(sum, flags(hasValidIcmpv6Checksum(ipv6)));
  if (isRouterSolicitation(ipv6)) sum = mix(sum, checkRouterSolicitation(ipv6)?.length ?? 0);
  if (isRouterAdvertisement(ipv6)) {
    const advertisement = parseRouterAdvertisement(ipv6);
    if (typeof advertisement === "string") return mix(sum, advertisement.length);
    for (const { length, prefix } of advertisement.prefixes) {
      sum = mixAll(mix(sum, length), prefix);
    }
    sum = mix(sum, advertisement.mtu ?? 1);
  }
  return mix(sum, decodeTeredoAddress(ipv6, 8)?.mapping ?? 1);
}

function flags(...values: boolean[]): number {
  return values.reduce((sum, value) => 2 * sum + Number(value), 0);
}

function mix(sum: number, value: number): number {
  return (Math.imul(sum ^ value, 0x9e3779b1) + Math.floor(value / 0x1_0000_0000)) >>> 0;
}

function mixAll(sum: number, octets: Uint8Array): number {
  for (const octet of octets) sum = mix(sum, octet);
  return mix(sum, octets.length);
}

/** Numbers below a bound, from the simulator's generator. */
function numbers(seed: string): (below: number) => number {
  const random = seededRandom(seed);
  const pool = new Uint8Array(4096);
  let used = pool.length;
  return (below) => {
    if (used === pool.length) {
      random(pool);
      used = 0;
    }
    const number = (pool[used]! << 8) | pool[used + 1]!;
    used += 2;
    return number % below;
  };
}

/**
 * Writes a hostile datagram at `offset`: a fixture cut, grown or with altered octets, or noise
 * behind a start that leads deep into the parsers.
 *
 * @returns its length
 */
function write(target: Uint8Array, offset: number, below: (bound: number) => number): number {
  if (below(8) === 0) {
    const length = below(100);
    for (let i = 0; i < length; i++) target[offset + i] = below(256);
    if (length > 4) target.set([[0, 0], [0, 1], [0x60, 0]][below(3)]!, offset);
    return length;
  }
  const seed = CORPUS[below(CORPUS.length)]!;
  target.set(seed, offset);
  for (let i = below(5); i > 0 && seed.length > 0; i--) {
    target[offset + below(seed.length)] = below(3) === 0
      ? [0, 1, 0x7f, 0xff][below(4)]!
      : below(256);
  }
  switch (below(3)) {
    case 0:
      return below(seed.length + 1);
    case 1: {
      const more = below(20);
      for (let i = 0; i < more; i++) target[offset + seed.length + i] = below(256);
      return seed.length + more;
    }
    default:
      return seed.length;
  }
}

Deno.test("P-22: a million hostile datagrams are parsed without a throw or a read out of bounds", () => {
  const below = numbers("P-22");
  const arena = new Uint8Array(512);
  for (let run = 0; run < RUNS; run++) {
    const offset = 64 + (run & 7);
    const length = write(arena, offset, below);
    const datagram = arena.subarray(offset, offset + length);
    // The same datagram amid octets of two kinds: what is said of it must not depend on them.
    poison(arena, offset, length, 0xff);
    const amidOnes = digest(datagram);
    poison(arena, offset, length, 0x3b);
    if (digest(datagram) !== amidOnes) {
      throw new Error(`Run ${run} looked beside ${datagram.toHex()}`);
    }
  }
});

/** Fills the surroundings of a datagram, far enough that a stray look meets them. */
function poison(arena: Uint8Array, offset: number, length: number, octet: number): void {
  arena.fill(octet, 0, offset);
  arena.fill(octet, offset + length);
}

/**
 * A view of `bytes` that throws where an element beyond its end is read, rather than give
 * `undefined`.
 */
function guarded(bytes: Uint8Array): Uint8Array {
  return new Proxy(bytes, {
    get(target, key) {
      if (key === "subarray") {
        return (from: number, to?: number) => guarded(target.subarray(from, to));
      }
      if (typeof key === "string" && /^-?\d+$/.test(key) && !(key in target)) {
        throw new RangeError(`Octet ${key} of ${target.length} was read`);
      }
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("P-22: no octet beyond the end of a hostile datagram is ever read", () => {
  const below = numbers("P-22, guarded");
  const arena = new Uint8Array(512);
  for (let run = 0; run < RUNS / 50; run++) {
    const datagram = arena.slice(0, write(arena, 0, below));
    digest(guarded(datagram));
  }
});

Deno.test("P-22: every prefix of every fixture parses the same as a copy of it", () => {
  for (const { name, payload } of [...vectors, ...negatives, ...captures]) {
    for (let length = 0; length <= payload.length; length++) {
      const cut = payload.subarray(0, length);
      assertEquals(digest(cut), digest(cut.slice()), `${name} cut to ${length} octets`);
    }
  }
});

Deno.test("P-22: verifying a hostile authentication value never throws", () => {
  for (let length = 0; length <= 255; length++) {
    const content = { nonce: ACTORS.nonce, confirmation: 0, origin: undefined, ipv6: ACTORS.host };
    assertEquals(isAuthentic(new Uint8Array(length), ACTORS.secret, content), false);
  }
});
