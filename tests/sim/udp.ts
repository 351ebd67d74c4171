/**
 * UDP over IPv6, RFC 768 and RFC 8200 §8.1, right behind the fixed header.
 *
 *     40  source port (2)      42  destination port (2)      44  length (2)      46  checksum (2)
 *
 * @module
 */

import { getU16, setU16 } from "../../memory/octets.ts";
import { addToSum, foldSum } from "../../wire/checksum.ts";
import {
  ADDRESSES_LENGTH,
  IPV6_HEADER_LENGTH,
  NextHeader,
  nextHeaderOf,
  payloadLengthOf,
  SOURCE,
  writeIpv6Header,
} from "../../wire/ipv6_header.ts";

const LENGTH = IPV6_HEADER_LENGTH + 4;
const CHECKSUM = IPV6_HEADER_LENGTH + 6;

/** Where the data of a datagram begins. */
const UDP_DATA = IPV6_HEADER_LENGTH + 8;

/** Both ports of every datagram. */
const PORT = 7777;

/** A datagram with `data`. The addresses have 16 octets. */
export function encodeUdp(
  source: Uint8Array,
  destination: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const packet = new Uint8Array(UDP_DATA + data.length);
  const payloadLength = packet.length - IPV6_HEADER_LENGTH;
  const nextHeader = NextHeader.UDP;
  writeIpv6Header(packet, { payloadLength, nextHeader, hopLimit: 64, source, destination });
  setU16(packet, IPV6_HEADER_LENGTH, PORT);
  setU16(packet, IPV6_HEADER_LENGTH + 2, PORT);
  setU16(packet, LENGTH, payloadLength);
  packet.set(data, UDP_DATA);
  setU16(packet, CHECKSUM, ~udpSum(packet) & 0xffff || 0xffff);
  return packet;
}

/** Whether the packet is a UDP datagram that has arrived whole, as far as its checksum shows. */
export function isUdp(packet: Uint8Array): boolean {
  return nextHeaderOf(packet) === NextHeader.UDP && packet.length >= UDP_DATA &&
    getU16(packet, LENGTH) === payloadLengthOf(packet) && udpSum(packet) === 0xffff;
}

/** The folded sum over pseudo-header and datagram, checksum field included. */
function udpSum(packet: Uint8Array): number {
  const length = payloadLengthOf(packet);
  return foldSum(addToSum(packet, SOURCE, ADDRESSES_LENGTH + length, length + NextHeader.UDP));
}
