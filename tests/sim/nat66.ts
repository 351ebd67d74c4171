/**
 * The kernel's source NAT for IPv6, as a gateway's host has it: what the clients send leaves with
 * the host's own address, and answers get the client's back.
 *
 *     client:id   -- outbound -->  host:id'  ----->  remote:port
 *     client:id   <-- inbound ---  host:id'  <-----  remote:port
 *
 * `id` is a port of TCP or UDP, or the identifier of an ICMPv6 echo. Errors are restored by what
 * they quote. Flows never end here.
 *
 * @module
 */

import { addToSum, foldSum } from "../../wire/checksum.ts";
import { Icmpv6Type, icmpv6TypeOf, isEcho, isIcmpv6 } from "../../wire/icmpv6.ts";
import { formatIpv6, isSameIpv6 } from "../../wire/ipv6_address.ts";
import {
  DESTINATION,
  IPV6_HEADER_LENGTH,
  NextHeader,
  nextHeaderOf,
  SOURCE,
} from "../../wire/ipv6_header.ts";
import { getU16, setU16 } from "../../memory/octets.ts";

/** Where a transport's header has what tells flows apart. */
interface Transport {
  readonly source: number;
  readonly destination: number;
  readonly checksum: number;
}

const PORTS = { source: IPV6_HEADER_LENGTH, destination: IPV6_HEADER_LENGTH + 2 } as const;
const UDP: Transport = { ...PORTS, checksum: IPV6_HEADER_LENGTH + 6 };
const TCP: Transport = { ...PORTS, checksum: IPV6_HEADER_LENGTH + 16 };
/** Request and reply have the same identifier in the same place. */
const ECHO: Transport = {
  source: IPV6_HEADER_LENGTH + 4,
  destination: IPV6_HEADER_LENGTH + 4,
  checksum: IPV6_HEADER_LENGTH + 2,
};

/** Where an ICMPv6 error quotes what it is about. */
const QUOTED = IPV6_HEADER_LENGTH + 8;

/** One flow that a client began. */
interface Flow {
  readonly client: Uint8Array;
  readonly id: number;
  readonly outsideId: number;
}

/** A source NAT with one address. */
export class Nat66 {
  /** 16 octets. */
  readonly #address: Uint8Array;
  readonly #byInside = new Map<string, Flow>();
  readonly #byOutside = new Map<string, Flow>();

  constructor(address: Uint8Array) {
    this.#address = address;
  }

  /** A packet of a client that leaves, with our address; `undefined` for what begins no flow. */
  outbound(packet: Uint8Array): Uint8Array | undefined {
    const transport = transportOf(packet);
    if (transport === undefined) return undefined;
    const inside = keyOf(packet, SOURCE, transport.source, DESTINATION, transport);
    const flow = this.#byInside.get(inside) ?? this.#begin(inside, packet, transport);
    return rewritten(packet, SOURCE, this.#address, transport.source, flow.outsideId, transport);
  }

  /** A packet for our address, with the client's; `undefined` for what answers nothing. */
  inbound(packet: Uint8Array): Uint8Array | undefined {
    if (!isSameIpv6(packet, DESTINATION, this.#address)) return undefined;
    if (isIcmpv6(packet) && icmpv6TypeOf(packet) < 128) return this.#restoreError(packet);
    const transport = transportOf(packet);
    if (transport === undefined) return undefined;
    const flow = this.#byOutside.get(outsideKey(packet, transport, DESTINATION, SOURCE));
    if (flow === undefined || isRequest(packet)) return undefined;
    return rewritten(packet, DESTINATION, flow.client, transport.destination, flow.id, transport);
  }

  #begin(inside: string, packet: Uint8Array, transport: Transport): Flow {
    const id = getU16(packet, transport.source);
    let outsideId = id;
    const probe = packet.slice();
    // Another client may use the same identifier towards the same remote.
    while (this.#byOutside.has(outsideKey(probe, transport, SOURCE, DESTINATION))) {
      outsideId = (outsideId + 1) & 0xffff;
      setU16(probe, transport.source, outsideId);
    }
    const flow = { client: packet.slice(SOURCE, SOURCE + 16), id, outsideId };
    this.#byInside.set(inside, flow);
    this.#byOutside.set(outsideKey(probe, transport, SOURCE, DESTINATION), flow);
    return flow;
  }

  /** An error goes to the client whose packet it quotes, as that client sent it. */
  #restoreError(packet: Uint8Array): Uint8Array | undefined {
    const quoted = packet.subarray(QUOTED);
    if (quoted.length < IPV6_HEADER_LENGTH + 8) return undefined;
    const transport = transportOf(quoted);
    if (transport === undefined || !isSameIpv6(quoted, SOURCE, this.#address)) return undefined;
    const flow = this.#byOutside.get(outsideKey(quoted, transport, SOURCE, DESTINATION));
    if (flow === undefined) return undefined;
    const restored = packet.slice();
    restored.set(
      rewritten(quoted, SOURCE, flow.client, transport.source, flow.id, transport),
      QUOTED,
    );
    restored.set(flow.client, DESTINATION);
    const length = restored.length - IPV6_HEADER_LENGTH;
    setU16(restored, IPV6_HEADER_LENGTH + 2, 0);
    const sum = addToSum(restored, SOURCE, 32 + length, length + NextHeader.ICMPV6);
    setU16(restored, IPV6_HEADER_LENGTH + 2, ~foldSum(sum) & 0xffff);
    return restored;
  }
}

function transportOf(packet: Uint8Array): Transport | undefined {
  switch (nextHeaderOf(packet)) {
    case NextHeader.TCP:
      return TCP;
    case NextHeader.UDP:
      return UDP;
    default:
      return isEcho(packet) ? ECHO : undefined;
  }
}

function isRequest(packet: Uint8Array): boolean {
  return isEcho(packet) && icmpv6TypeOf(packet) === Icmpv6Type.ECHO_REQUEST;
}

function keyOf(
  packet: Uint8Array,
  near: number,
  nearId: number,
  far: number,
  { source, destination }: Transport,
): string {
  // An echo's only identifier is the near one.
  const farId = source === destination ? 0 : getU16(packet, near === SOURCE ? destination : source);
  return [
    nextHeaderOf(packet),
    formatIpv6(packet, near),
    getU16(packet, nearId),
    formatIpv6(packet, far),
    farId,
  ].join(" ");
}

/** The key of a flow as the remote sees it: our address goes without saying. */
function outsideKey(packet: Uint8Array, transport: Transport, near: number, far: number): string {
  const nearId = near === SOURCE ? transport.source : transport.destination;
  return keyOf(packet, near, nearId, far, transport).replace(formatIpv6(packet, near), "");
}

/**
 * A copy of `packet` with another address and identifier, its checksum brought up to date (RFC
 * 1624).
 */
function rewritten(
  packet: Uint8Array,
  addressAt: number,
  address: Uint8Array,
  idAt: number,
  id: number,
  { checksum }: Transport,
): Uint8Array {
  const copy = packet.slice();
  const before = foldSum(addToSum(copy, addressAt, 16) + getU16(copy, idAt));
  copy.set(address, addressAt);
  setU16(copy, idAt, id);
  if (checksum + 2 > copy.length) return copy;
  const after = foldSum(addToSum(copy, addressAt, 16) + getU16(copy, idAt));
  const sum = (~getU16(copy, checksum) & 0xffff) + (~before & 0xffff) + after;
  setU16(copy, checksum, ~foldSum(sum) & 0xffff);
  return copy;
}
