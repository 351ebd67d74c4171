/**
 * The simulator's NAT, applied to whole IPv4 packets.
 *
 * @module
 */

import type { Random } from "../../protocol/random.ts";
import { addressOf, endpoint } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { Nat } from "../sim/nat.ts";
import type { NatBehaviour } from "../sim/nat_behaviour.ts";
import { Ipv4Packet } from "./ipv4_packet.ts";

/** Which side a translated packet goes to. */
export type Side = "inside" | "outside";

/**
 * Translates UDP, ICMP echo, and ICMP errors about either, in place. Anything else does not get
 * through: Teredo needs no more.
 */
export class PacketNat {
  readonly #external: Ipv4Address;
  readonly #udp: Nat;
  /** Its ports are the identifiers of echo requests. */
  readonly #echo: Nat;

  constructor(external: Ipv4Address, behaviour: NatBehaviour, random: Random) {
    this.#external = external;
    this.#udp = new Nat(external, behaviour, random);
    this.#echo = new Nat(external, behaviour, random);
  }

  /**
   * Translates a packet from the inside. Returns where it goes, `undefined` where it is dropped.
   */
  fromInside(bytes: Uint8Array, now: number): Side | undefined {
    const packet = Ipv4Packet.parse(bytes);
    if (packet === undefined) return undefined;
    if (packet.type === "error") return this.#errorFromInside(packet, now);
    const nat = this.#natFor(packet);
    const { source, destination } = packet;
    if (nat.isExternal(destination)) {
      const turned = nat.hairpin(source, destination, now);
      if (turned === undefined) return undefined;
      packet.source = turned.source;
      packet.destination = turned.destination;
      return "inside";
    }
    const outside = nat.outbound(source, destination, now);
    if (outside === undefined) return undefined;
    packet.source = outside;
    return "outside";
  }

  /**
   * Translates a packet from the outside. Returns where it goes, `undefined` where it is dropped.
   */
  fromOutside(bytes: Uint8Array, now: number): Side | undefined {
    const packet = Ipv4Packet.parse(bytes);
    if (packet === undefined) return undefined;
    if (packet.type === "error") return this.#errorFromOutside(packet, now);
    const inside = this.#natFor(packet).inbound(packet.source, packet.destination, now);
    if (inside === undefined) return undefined;
    packet.destination = inside;
    return "inside";
  }

  /**
   * An inside host complains about a packet that came in: the sender knows its outside endpoint.
   */
  #errorFromInside(error: Ipv4Packet, now: number): Side | undefined {
    const quoted = error.quotation;
    if (quoted === undefined) return undefined;
    const outside = this.#natFor(quoted).outbound(quoted.destination, quoted.source, now);
    if (outside === undefined) return undefined;
    quoted.destination = outside;
    error.source = endpoint(this.#external, 0);
    error.sealError();
    return "outside";
  }

  /** Someone complains about a packet that went out: its sender knows its own endpoint. */
  #errorFromOutside(error: Ipv4Packet, now: number): Side | undefined {
    const quoted = error.quotation;
    if (quoted === undefined) return undefined;
    const inside = this.#natFor(quoted).inbound(quoted.destination, quoted.source, now);
    if (inside === undefined) return undefined;
    quoted.source = inside;
    error.destination = endpoint(addressOf(inside), 0);
    error.sealError();
    return "inside";
  }

  /** Forgets all mappings, as after a power cut. */
  reboot(): void {
    this.#udp.reboot();
    this.#echo.reboot();
  }

  #natFor(packet: Ipv4Packet): Nat {
    return packet.type === "udp" ? this.#udp : this.#echo;
  }
}
