/**
 * IPv4 networks: the Internet is one, each LAN behind a NAT is another.
 *
 * @module
 */

import { addressOf, type Endpoint } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import type { Link } from "./link.ts";
import type { Fate, Journey } from "./packet_log.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** A UDP datagram on its way. Nobody changes one: a NAT makes another of it. */
export interface Datagram {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly payload: Uint8Array;
  /** Where the log keeps what becomes of it. */
  readonly journey: Journey;
  /** The nodes that it has passed, its sender first. */
  readonly path: readonly string[];
}

/** Whatever has an address in a network: a host, or one side of a NAT. */
export interface Node {
  readonly name: string;
  receive(datagram: Datagram): void;
  /** Whether it wants what goes to a multicast group. */
  hears(group: Endpoint): boolean;
}

interface Attachment {
  readonly node: Node;
  readonly link: Link;
}

/** Nodes by address, each on its own link, and a gateway to everywhere else. */
export class Network {
  readonly #clock: VirtualClock;
  readonly #members = new Map<Ipv4Address, Attachment>();
  #gateway: Attachment | undefined;
  /** Datagrams that a firewall in the middle swallows; none unless set. */
  firewall: ((datagram: Datagram) => boolean) | undefined;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Gives `node` an address; it may have several. */
  attach(address: Ipv4Address, node: Node, link: Link): void {
    this.#members.set(address, { node, link });
  }

  /** Takes an address away. */
  detach(address: Ipv4Address): void {
    this.#members.delete(address);
  }

  /** Packets for other networks go to `node`. */
  setGateway(node: Node, link: Link): void {
    this.#gateway = { node, link };
  }

  /** `sender` puts a datagram onto its link. */
  send(datagram: Datagram, sender: Node, link: Link): void {
    const passed = { ...datagram, path: [...datagram.path, sender.name] };
    const { kind } = datagram.journey;
    if (this.firewall?.(passed)) return this.#end(passed, "lost", 0);
    const receivers = this.#receiversOf(passed.destination, sender);
    for (const delay of this.#carry(link, passed)) {
      if (receivers.length === 0) this.#end(passed, "nobody there", delay);
      for (const receiver of receivers) {
        const onward = receiver.link.carry(kind, passed.payload);
        if (onward.length === 0) this.#end(passed, "lost", delay);
        for (const more of onward) {
          const payload = receiver.link.damage(link.damage(passed.payload));
          const arriving = payload === passed.payload ? passed : { ...passed, payload };
          this.#clock.after(delay + more, () => receiver.node.receive(arriving));
        }
      }
    }
  }

  #carry(link: Link, datagram: Datagram): number[] {
    const delays = link.carry(datagram.journey.kind, datagram.payload);
    if (delays.length === 0) this.#end(datagram, "lost", 0);
    return delays;
  }

  #receiversOf(destination: Endpoint, sender: Node): Attachment[] {
    const address = addressOf(destination);
    if (isGroup(address)) {
      return [...this.#members.values()].filter(({ node }) =>
        node !== sender && node.hears(destination)
      );
    }
    const receiver = this.#members.get(address) ?? this.#gateway;
    return receiver === undefined || receiver.node === sender ? [] : [receiver];
  }

  #end(datagram: Datagram, fate: Fate, delay: number): void {
    const at = this.#clock.now + delay;
    datagram.journey.arrivals.push({ at, fate, path: datagram.path });
  }
}

/** 224.0.0.0/4. */
function isGroup(address: Ipv4Address): boolean {
  return address >>> 28 === 14;
}
