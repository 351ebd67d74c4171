/**
 * The native IPv6 Internet: nodes by address, and routers by prefix.
 *
 * @module
 */

import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION } from "../../wire/ipv6_header.ts";
import { getU32 } from "../../memory/octets.ts";
import type { Link } from "./link.ts";
import { kindOfPacket } from "./packet_kind.ts";
import type { PacketLog } from "./packet_log.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** Whatever takes native IPv6 packets: a host, a relay. */
export interface Ipv6Node {
  readonly name: string;
  receivePacket(ipv6: Uint8Array): void;
}

/** Nodes with native IPv6. */
export class NativeInternet {
  readonly #clock: VirtualClock;
  readonly #log: PacketLog;
  /** What lies between any two nodes. */
  readonly link: Link;
  readonly #nodes = new Map<string, Ipv6Node>();
  readonly #routers = new Map<number, Ipv6Node>();

  constructor(clock: VirtualClock, log: PacketLog, link: Link) {
    this.#clock = clock;
    this.#log = log;
    this.link = link;
  }

  /** Gives `node` an address of 16 octets. */
  attach(address: Uint8Array, node: Ipv6Node): void {
    this.#nodes.set(formatIpv6(address), node);
  }

  /** `node` advertises a /32, given as its 32 bits. */
  advertise(prefix: number, node: Ipv6Node): void {
    this.#routers.set(prefix, node);
  }

  /** `node` advertises a /32 no more. */
  withdraw(prefix: number): void {
    this.#routers.delete(prefix);
  }

  /** `from` sends a whole IPv6 packet, which is copied. */
  send(ipv6: Uint8Array, from: string): void {
    const kind = kindOfPacket(ipv6);
    const journey = this.#log.begin(this.#clock.now, from, { kind, words: `${kind}, native IPv6` });
    const packet = ipv6.slice();
    const receiver = this.#nodes.get(formatIpv6(packet, DESTINATION)) ??
      this.#routers.get(getU32(packet, DESTINATION));
    const delays = this.link.carry(kind, packet);
    if (receiver === undefined || delays.length === 0) {
      const fate = receiver === undefined ? "nobody there" : "lost";
      journey.arrivals.push({ at: this.#clock.now, fate, path: [from] });
      return;
    }
    for (const delay of delays) {
      this.#clock.after(delay, () => {
        const path = [from, receiver.name];
        journey.arrivals.push({ at: this.#clock.now, fate: "delivered", path });
        receiver.receivePacket(this.link.damage(packet).slice());
      });
    }
  }
}
