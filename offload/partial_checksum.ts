/**
 * Checksums that the kernel left for the device to finish.
 *
 * @module
 */

import { addToSum, foldSum } from "../wire/checksum.ts";
import { setU16 } from "../memory/octets.ts";
import { NEEDS_CHECKSUM, type VirtioHeader } from "./virtio_header.ts";

/**
 * Finishes the checksum of `packet` if `header` asks for it. A header that points outside the
 * packet is ignored.
 */
export function completeChecksum(packet: Uint8Array, header: VirtioHeader): void {
  if ((header.flags & NEEDS_CHECKSUM) === 0) return;
  const { checksumStart: start, checksumOffset } = header;
  const field = start + checksumOffset;
  if (field + 2 > packet.length) return;
  // The field counts too: it holds the sum of the pseudo-header.
  setU16(packet, field, checksumOf(addToSum(packet, start, packet.length - start)));
}

/**
 * The checksum for an unfolded sum. Zero becomes 0xffff, its equal: in UDP zero means "no
 * checksum", which IPv6 forbids (RFC 8200 §8.1), and to TCP both are the same.
 */
export function checksumOf(sum: number): number {
  const folded = foldSum(sum);
  return folded === 0xffff ? 0xffff : ~folded & 0xffff;
}

/**
 * Added to a sum, this takes 16-bit words, or their unfolded sum, out of it again (RFC 1624 §3).
 */
export function complement(sum: number): number {
  return 0xffff - foldSum(sum);
}
