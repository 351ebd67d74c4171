/**
 * Checksums that the kernel left for the device to finish.
 *
 * @module
 */

import { addToSum, foldSum } from "../wire/checksum.ts";
import { setU16 } from "../memory/octets.ts";
import { NEEDS_CHECKSUM, type VirtioHeader } from "./virtio_header.ts";

/**
 * Finishes the checksum of `packet` if `header` asks for it. What the header says of a field outside
 * of the packet is ignored.
 */
export function completeChecksum(packet: Uint8Array, header: VirtioHeader): void {
  if ((header.flags & NEEDS_CHECKSUM) === 0) return;
  const { checksumStart: start, checksumOffset } = header;
  const field = start + checksumOffset;
  if (field + 2 > packet.length) return;
  // The field counts with the pseudo-header's sum that it holds.
  setU16(packet, field, checksumOf(addToSum(packet, start, packet.length - start)));
}

/**
 * The checksum that an unfolded sum makes. Zero becomes 0xffff, its equal: UDP says "none" by zero,
 * which IPv6 forbids (RFC 8200 §8.1), and to TCP both are the same.
 */
export function checksumOf(sum: number): number {
  const folded = foldSum(sum);
  return folded === 0xffff ? 0xffff : ~folded & 0xffff;
}

/** What takes 16-bit words, or their unfolded sum, out of a sum again when it is added (RFC 1624 §3). */
export function complement(sum: number): number {
  return 0xffff - foldSum(sum);
}
