/**
 * The "global unicast IPv4" test of RFC 4380 §5.2.4: where client, server and relay may send.
 *
 * @module
 */

import { type Ipv4Address, ipv4Address } from "./ipv4_address.ts";

/**
 * Which blocks count as not global.
 *
 * - `rfc4380`: exactly the list of RFC 4380 §5.2.4. For tests, which use documentation addresses.
 * - `hardened`, the default: also shared, documentation, benchmarking and reserved space (RFC
 *   6890).
 */
export type AddressProfile = "rfc4380" | "hardened";

/** An IPv4 block: a network address and its prefix length in bits. */
export interface Ipv4Block {
  readonly network: Ipv4Address;
  readonly prefixLength: number;
}

type Rule = readonly [mask: number, network: number];

const RFC4380: readonly Rule[] = [
  [0xff000000, 0x00000000], // 0.0.0.0/8
  [0xff000000, 0x0a000000], // 10.0.0.0/8
  [0xff000000, 0x7f000000], // 127.0.0.0/8
  [0xffff0000, 0xa9fe0000], // 169.254.0.0/16
  [0xfff00000, 0xac100000], // 172.16.0.0/12
  [0xffff0000, 0xc0a80000], // 192.168.0.0/16
  [0xffffff00, 0xc0586300], // 192.88.99.0/24
  [0xf0000000, 0xe0000000], // 224.0.0.0/4
  [0xffffffff, 0xffffffff], // 255.255.255.255
];

const HARDENED: readonly Rule[] = [
  ...RFC4380,
  [0xffc00000, 0x64400000], // 100.64.0.0/10
  [0xffffff00, 0xc0000000], // 192.0.0.0/24
  [0xffffff00, 0xc0000200], // 192.0.2.0/24
  [0xffffff00, 0xc6336400], // 198.51.100.0/24
  [0xffffff00, 0xcb007100], // 203.0.113.0/24
  [0xfffe0000, 0xc6120000], // 198.18.0.0/15
  [0xf0000000, 0xf0000000], // 240.0.0.0/4
];

/** Decides which IPv4 addresses are global unicast ones. */
export class GlobalUnicast {
  /** The rules as signed words, which is what `&` yields. Every packet is held against them. */
  readonly #masks: Int32Array;
  readonly #networks: Int32Array;
  #broadcasts: ReadonlySet<Ipv4Address>;

  /**
   * @param profile which blocks are refused
   * @param attached the subnets that this host is attached to; their directed broadcast addresses
   * are refused as well
   */
  constructor(profile: AddressProfile = "hardened", attached: Iterable<Ipv4Block> = []) {
    const rules = profile === "hardened" ? HARDENED : RFC4380;
    this.#masks = Int32Array.from(rules, ([mask]) => mask);
    this.#networks = Int32Array.from(rules, ([, network]) => network);
    this.#broadcasts = broadcastsOf(attached);
  }

  /** Replaces the attached subnets, after a change of the host's addresses. */
  attach(attached: Iterable<Ipv4Block>): void {
    this.#broadcasts = broadcastsOf(attached);
  }

  /** Whether `address` is the directed broadcast address of an attached subnet. */
  isBroadcast(address: Ipv4Address): boolean {
    return this.#broadcasts.has(address);
  }

  /** Whether packets may be sent to `address`. */
  has(address: Ipv4Address): boolean {
    const masks = this.#masks;
    for (let i = 0; i < masks.length; i++) {
      if ((address & masks[i]!) === this.#networks[i]) return false;
    }
    return !this.#broadcasts.has(address);
  }
}

/** Directed broadcasts; a /31 or /32 has none (RFC 3021). */
function broadcastsOf(blocks: Iterable<Ipv4Block>): ReadonlySet<Ipv4Address> {
  const broadcasts = new Set<Ipv4Address>();
  for (const { network, prefixLength } of blocks) {
    if (prefixLength >= 31) continue;
    broadcasts.add(ipv4Address(network | (0xffffffff >>> prefixLength)));
  }
  return broadcasts;
}
