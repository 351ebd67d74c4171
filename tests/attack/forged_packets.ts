/**
 * Packets of an attacker: whole IPv4 datagrams with any source.
 *
 * @module
 */

import { setU16, setU32 } from "../../memory/octets.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import type { Change } from "./flood.ts";

/** Headers of a datagram, in octets. */
const HEADERS = 20 + 8;

// RFC 791 §3.1 and RFC 768, offsets from the IPv4 header.
const TOTAL_LENGTH = 2;
const TIME_TO_LIVE = 8;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;
const SOURCE_PORT = 20;
const DESTINATION_PORT = 22;
const UDP_LENGTH = 24;

const UDP = 17;

/** Where flags, port and address are in an IPv6 header with a Teredo source (RFC 4380 §4). */
const INNER_PORT = 8 + 10;
const INNER_ADDRESS = 8 + 12;

/** A datagram. It has no UDP checksum, and the kernel adds that of the header. */
export function forge(from: Endpoint, to: Endpoint, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(HEADERS + payload.length);
  packet[0] = 0x45;
  setU16(packet, TOTAL_LENGTH, packet.length);
  packet[TIME_TO_LIVE] = 64;
  packet[PROTOCOL] = UDP;
  setU32(packet, SOURCE, addressOf(from));
  setU32(packet, DESTINATION, addressOf(to));
  setU16(packet, SOURCE_PORT, portOf(from));
  setU16(packet, DESTINATION_PORT, portOf(to));
  setU16(packet, UDP_LENGTH, packet.length - 20);
  packet.set(payload, HEADERS);
  return packet;
}

/** Another port for each packet. */
export const RANDOM_PORT: Change = { at: SOURCE_PORT, length: 2 };

/** Another source for each packet: the address but for its first octet, and the port. */
export const RANDOM_SOURCE: readonly Change[] = [{ at: SOURCE + 1, length: 3 }, RANDOM_PORT];

/**
 * Makes the Teredo source of the IPv6 packet in the datagram say where the datagram comes from.
 *
 * @param start where the IPv6 packet begins in the UDP payload
 */
export function innerSourceMatches(start = 0): readonly Change[] {
  const at = HEADERS + start;
  return [
    { at: at + INNER_PORT, length: 2, complementOf: SOURCE_PORT },
    { at: at + INNER_ADDRESS, length: 4, complementOf: SOURCE },
  ];
}

/** Random octets in the UDP payload. */
export function randomPayload(at: number, length: number): Change {
  return { at: HEADERS + at, length };
}

/** The first octets of addresses that look public and that nothing in the lab has. */
const NETWORKS = Array.from({ length: 50 }, (_, i) => 20 + i);

/** Datagrams from each of many networks, with a payload for each. */
export function fromEverywhere(
  to: Endpoint,
  payload: (from: Endpoint, index: number) => Uint8Array,
): Uint8Array[] {
  return NETWORKS.map((network, i) => {
    const from = endpoint(ipv4Address(network * 2 ** 24 + 1), 1024);
    return forge(from, to, payload(from, i));
  });
}
