/**
 * Hosts with IPv4 addresses and UDP sockets.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import type { Link } from "./link.ts";
import type { Datagram, Network, Node } from "./network.ts";
import { describeDatagram } from "./packet_kind.ts";
import type { Fate, PacketLog } from "./packet_log.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** What a socket does with a datagram. */
type Receive = (payload: Uint8Array, from: Endpoint) => void;

/** Where a host is. */
interface HostPlace {
  readonly network: Network;
  readonly addresses: readonly Ipv4Address[];
  readonly link: Link;
}

/** A host. */
export class Host implements Node {
  readonly name: string;
  /** The link between the host and its network. */
  readonly link: Link;
  /** Without power it hears nothing and says nothing. */
  hasPower = true;
  readonly #clock: VirtualClock;
  readonly #log: PacketLog;
  readonly #network: Network;
  readonly #sockets = new Map<Endpoint, Receive>();

  constructor(name: string, place: HostPlace, clock: VirtualClock, log: PacketLog) {
    this.name = name;
    this.link = place.link;
    this.#clock = clock;
    this.#log = log;
    this.#network = place.network;
    for (const address of place.addresses) this.#network.attach(address, this, place.link);
  }

  /** Opens a socket at one of the host's addresses, or joins a multicast group. */
  bind(at: Endpoint, receive: Receive): void {
    this.#sockets.set(at, receive);
  }

  /** Closes a socket. */
  unbind(at: Endpoint): void {
    this.#sockets.delete(at);
  }

  /** Sends a datagram. The payload is copied. */
  send(source: Endpoint, destination: Endpoint, payload: Uint8Array): void {
    if (!this.hasPower) return;
    const journey = this.#log.begin(this.#clock.now, this.name, describeDatagram(payload));
    const datagram = { source, destination, payload: payload.slice(), journey, path: [] };
    this.#network.send(datagram, this, this.link);
  }

  receive(datagram: Datagram): void {
    const socket = this.#sockets.get(datagram.destination);
    const fate: Fate = !this.hasPower
      ? "dead"
      : socket === undefined
      ? "nobody there"
      : "delivered";
    const path = [...datagram.path, this.name];
    datagram.journey.arrivals.push({ at: this.#clock.now, fate, path });
    if (fate === "delivered") socket?.(datagram.payload.slice(), datagram.source);
  }

  hears(group: Endpoint): boolean {
    return this.#sockets.has(group);
  }
}
