/**
 * A NAT between two networks.
 *
 *     inside network (its gateway)  [ NAT box ]  outside network (one address)
 *
 * The outside network may be the Internet or the inside of another NAT box.
 *
 * @module
 */

import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import type { Link } from "./link.ts";
import type { Nat } from "./nat.ts";
import type { Datagram, Network, Node } from "./network.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** What a NAT box stands between, and on which links. */
interface NatPlace {
  readonly inside: Network;
  readonly outside: Network;
  readonly insideLink: Link;
  readonly outsideLink: Link;
}

/** A NAT box. */
export class NatBox {
  readonly name: string;
  /** May be rebooted. */
  readonly nat: Nat;
  /** The network of the hosts behind it. */
  readonly inside: Network;
  /** The link between the box and the outside network. */
  readonly link: Link;
  readonly #clock: VirtualClock;
  readonly #outside: Network;
  readonly #insideLink: Link;
  readonly #insideNode: Node;
  readonly #outsideNode: Node;

  constructor(name: string, nat: Nat, place: NatPlace, clock: VirtualClock) {
    this.name = name;
    this.nat = nat;
    this.inside = place.inside;
    this.link = place.outsideLink;
    this.#clock = clock;
    this.#outside = place.outside;
    this.#insideLink = place.insideLink;
    const hears = () => false;
    this.#insideNode = { name, hears, receive: (datagram) => this.#fromInside(datagram) };
    this.#outsideNode = { name, hears, receive: (datagram) => this.#fromOutside(datagram) };
    place.inside.setGateway(this.#insideNode, place.insideLink);
    this.#attach();
  }

  /** The outside network gives it another address: all mappings are gone. */
  renumber(address: Ipv4Address): void {
    for (const former of this.nat.pool) this.#outside.detach(former);
    this.nat.renumber(address);
    this.#attach();
  }

  #attach(): void {
    for (const address of this.nat.pool) {
      this.#outside.attach(address, this.#outsideNode, this.link);
    }
  }

  #fromInside(datagram: Datagram): void {
    const { source, destination } = datagram;
    const { now } = this.#clock;
    if (this.nat.isExternal(destination)) {
      const turned = this.nat.hairpin(source, destination, now);
      if (turned === undefined) return this.#refuse(datagram);
      return this.inside.send({ ...datagram, ...turned }, this.#insideNode, this.#insideLink);
    }
    const outside = this.nat.outbound(source, destination, now);
    if (outside === undefined) return this.#refuse(datagram);
    this.#outside.send({ ...datagram, source: outside }, this.#outsideNode, this.link);
  }

  #fromOutside(datagram: Datagram): void {
    const { source, destination } = datagram;
    const inside = this.nat.inbound(source, destination, this.#clock.now);
    if (inside === undefined) return this.#refuse(datagram);
    this.inside.send({ ...datagram, destination: inside }, this.#insideNode, this.#insideLink);
  }

  #refuse(datagram: Datagram): void {
    const path = [...datagram.path, this.name];
    datagram.journey.arrivals.push({ at: this.#clock.now, fate: "refused", path });
  }
}
