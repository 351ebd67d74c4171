/**
 * A NAT: a pure translator of UDP flows, with the knobs of RFC 4787.
 *
 *         inside                       external address                     outside
 *     10.0.0.2:4096  -- outbound -->   198.51.100.1:4096   ------------>   192.0.2.1:3544
 *     10.0.0.2:4096  <-- inbound ---   198.51.100.1:4096   <------------   192.0.2.1:3544
 *     10.0.0.3:4096  -- hairpin -->    198.51.100.1:4096   -> back inside, to 10.0.0.2:4096
 *
 * It has no packets, no network and no clock: the simulator asks it for endpoints, and so does the
 * NAT that stands between real kernels.
 *
 * @module
 */

import type { Random } from "../../protocol/random.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { type NatBehaviour, partOf } from "./nat_behaviour.ts";
import { PortAllocator } from "./port_allocator.ts";

/** How many remotes one mapping lets in at most; the one least recently used makes room. */
const MAX_OPENINGS = 256;

/** One row of the table. */
interface Mapping {
  readonly inside: Endpoint;
  /** The external endpoint. */
  readonly outside: Endpoint;
  /** The part of the remote endpoint that this mapping is for. */
  readonly remotePart: number;
  lastUse: number;
  /**
   * The remotes that are let in (a part of each endpoint), and when that was last used; oldest
   * first.
   */
  readonly openings: Map<number, number>;
}

/** Both endpoints of a packet that a NAT turns back to its inside. */
interface Hairpin {
  /** The external endpoint of the sender, RFC 4787 REQ-9 a. */
  readonly source: Endpoint;
  /** The inside endpoint of the receiver. */
  readonly destination: Endpoint;
}

/** A NAT. Times are milliseconds of any monotonic clock. */
export class Nat {
  /** Its external address; the first of several. */
  external: Ipv4Address;
  /** All external addresses: mappings take them in turn. */
  pool: readonly Ipv4Address[];
  readonly behaviour: NatBehaviour;
  readonly #ports: PortAllocator;
  #mapped = 0;
  /** By external port. */
  readonly #byPort = new Map<number, Mapping>();
  /** By inside endpoint, then by the part of the remote endpoint that counts. */
  readonly #byInside = new Map<Endpoint, Map<number, Mapping>>();
  /** Port reservations: external endpoints by inside ones, and the reverse. */
  readonly #reservedOutside = new Map<Endpoint, Endpoint>();
  readonly #reservedInside = new Map<Endpoint, Endpoint>();
  /** Inside endpoints that anyone can send to, by external ones. */
  readonly #forwarded = new Map<Endpoint, Endpoint>();
  /** Where answers to what came in that way leave from, by inside endpoint and remote one. */
  readonly #answers = new Map<Endpoint, Map<Endpoint, Endpoint>>();

  constructor(
    external: Ipv4Address,
    behaviour: NatBehaviour,
    random: Random,
    more: readonly Ipv4Address[] = [],
  ) {
    this.external = external;
    this.pool = [external, ...more];
    this.behaviour = behaviour;
    this.#ports = new PortAllocator(behaviour.ports, random);
  }

  /**
   * Reserves an external port for an inside endpoint, as a person does by hand ("port forwarding"):
   * it depends on no remote, lets anyone in, and lasts.
   */
  reserve(port: number, inside: Endpoint): void {
    const outside = endpoint(this.external, port);
    this.#reservedOutside.set(inside, outside);
    this.#reservedInside.set(outside, inside);
  }

  /**
   * Forwards an external port to an inside endpoint, as UPnP, NAT-PMP and PCP ask for it: anyone is
   * let in. What goes out is translated as before, except answers if the NAT tracks connections, as
   * Linux does: those leave from the port that the question came in by.
   *
   * @returns the external endpoint
   */
  forward(port: number, inside: Endpoint, { tracks = false } = {}): Endpoint {
    const outside = endpoint(this.external, port);
    this.#forwarded.set(outside, inside);
    if (tracks) this.#answers.set(inside, new Map());
    return outside;
  }

  /**
   * A packet goes out.
   *
   * @returns its source on the outside, or `undefined` when the table or the ports are exhausted
   */
  outbound(source: Endpoint, destination: Endpoint, now: number): Endpoint | undefined {
    const reserved = this.#reservedOutside.get(source) ??
      this.#answers.get(source)?.get(destination);
    if (reserved !== undefined) return reserved;
    const mapping = this.#mappingFor(source, destination, now);
    if (mapping === undefined) return undefined;
    this.#use(mapping, destination, now);
    return mapping.outside;
  }

  /**
   * A packet comes in.
   *
   * @returns its destination on the inside, or `undefined` where there is no mapping or the filter
   * does not let this source in
   */
  inbound(source: Endpoint, destination: Endpoint, now: number): Endpoint | undefined {
    const reserved = this.#reservedInside.get(destination);
    if (reserved !== undefined) return reserved;
    const forwarded = this.#forwarded.get(destination);
    if (forwarded !== undefined) {
      this.#answers.get(forwarded)?.set(source, destination);
      return forwarded;
    }
    const mapping = this.#byPort.get(portOf(destination));
    if (mapping?.outside !== destination || !this.#isFresh(mapping.lastUse, now)) return undefined;
    const opened = mapping.openings.get(partOf(source, this.behaviour.filtering));
    if (opened === undefined || !this.#isFresh(opened, now)) return undefined;
    if (this.behaviour.inboundRefresh) this.#use(mapping, source, now);
    return mapping.inside;
  }

  /**
   * A packet from the inside is for the external address: out and in again, filtered like any
   * other.
   *
   * @returns the packet's new endpoints, or `undefined` where it is not let through
   */
  hairpin(source: Endpoint, destination: Endpoint, now: number): Hairpin | undefined {
    if (!this.behaviour.hairpinning) return undefined;
    const outside = this.outbound(source, destination, now);
    if (outside === undefined) return undefined;
    const inside = this.inbound(outside, destination, now);
    return inside === undefined ? undefined : { source: outside, destination: inside };
  }

  /** Whether `destination` is this NAT itself. */
  isExternal(destination: Endpoint): boolean {
    return this.pool.includes(addressOf(destination));
  }

  /** How many mappings there are at `now`, besides reserved ones. */
  size(now: number): number {
    this.#expire(now);
    return this.#byPort.size;
  }

  /** Forgets all mappings but the reserved ones, as after a power cut. */
  reboot(): void {
    this.#byPort.clear();
    this.#byInside.clear();
    this.#ports.reset();
  }

  /** Goes on with another external address in place of all it had, which forwarded ports move to. */
  renumber(external: Ipv4Address): void {
    this.reboot();
    this.external = external;
    this.pool = [external];
    const moved = (outside: Endpoint) => endpoint(external, portOf(outside));
    move(this.#reservedInside, moved);
    move(this.#forwarded, moved);
    for (const [inside, outside] of this.#reservedOutside) {
      this.#reservedOutside.set(inside, moved(outside));
    }
    for (const answers of this.#answers.values()) answers.clear();
  }

  #mappingFor(inside: Endpoint, remote: Endpoint, now: number): Mapping | undefined {
    const remotePart = partOf(remote, this.behaviour.mapping);
    const mapping = this.#byInside.get(inside)?.get(remotePart);
    if (mapping !== undefined) {
      if (this.#isFresh(mapping.lastUse, now)) return mapping;
      this.#forget(mapping);
    }
    return this.#map(inside, remotePart, now);
  }

  #map(inside: Endpoint, remotePart: number, now: number): Mapping | undefined {
    if (this.#byPort.size >= this.behaviour.capacity) this.#expire(now);
    if (this.#byPort.size >= this.behaviour.capacity) return undefined;
    const isTaken = (port: number) => this.#isTaken(port, inside, now);
    const port = this.#ports.allocate(portOf(inside), isTaken);
    if (port === undefined) return undefined;
    const outside = endpoint(this.pool[this.#mapped++ % this.pool.length]!, port);
    const mapping = { inside, outside, remotePart, lastUse: now, openings: new Map() };
    this.#byPort.set(port, mapping);
    const siblings = this.#byInside.get(inside);
    if (siblings === undefined) this.#byInside.set(inside, new Map([[remotePart, mapping]]));
    else siblings.set(remotePart, mapping);
    return mapping;
  }

  /** Notes a packet between the mapping and `remote`. */
  #use(mapping: Mapping, remote: Endpoint, now: number): void {
    mapping.lastUse = now;
    const { openings } = mapping;
    const part = partOf(remote, this.behaviour.filtering);
    openings.delete(part);
    openings.set(part, now);
    if (openings.size <= MAX_OPENINGS) return;
    for (const oldest of openings.keys()) {
      openings.delete(oldest);
      return;
    }
  }

  #isFresh(lastUse: number, now: number): boolean {
    return now - lastUse < this.behaviour.lifetime;
  }

  #isTaken(port: number, inside: Endpoint, now: number): boolean {
    const outside = endpoint(this.external, port);
    if (this.#reservedInside.has(outside)) return true;
    const forwarded = this.#forwarded.get(outside);
    if (forwarded !== undefined && forwarded !== inside) return true;
    const mapping = this.#byPort.get(port);
    if (mapping === undefined) return false;
    if (this.#isFresh(mapping.lastUse, now)) return true;
    this.#forget(mapping);
    return false;
  }

  #expire(now: number): void {
    for (const mapping of this.#byPort.values()) {
      if (!this.#isFresh(mapping.lastUse, now)) this.#forget(mapping);
    }
  }

  #forget(mapping: Mapping): void {
    this.#byPort.delete(portOf(mapping.outside));
    const siblings = this.#byInside.get(mapping.inside);
    siblings?.delete(mapping.remotePart);
    if (siblings?.size === 0) this.#byInside.delete(mapping.inside);
  }
}

/** Changes the keys of a map. */
function move<K, V>(map: Map<K, V>, keyOf: (key: K) => K): void {
  const entries = [...map];
  map.clear();
  for (const [key, value] of entries) map.set(keyOf(key), value);
}
