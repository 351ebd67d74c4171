/**
 * `struct virtio_net_hdr`: it precedes each packet on a TUN with segmentation offload and says what
 * is left to do with the packet.
 *
 *     0  flags (1)
 *     1  kind of super-packet (1)
 *     2  length of all headers in front of the data (2)
 *     4  octets of data in each segment but the last (2)
 *     6  where the checksummed part begins (2)
 *     8  where the checksum field is, counted from there (2)
 *
 * Integers are little-endian, as are the processors that Deno runs on. A header of zeros means an
 * ordinary, complete packet.
 *
 * @module
 */

/** Length of the header in octets. */
export const VIRTIO_HEADER_LENGTH = 10;

/**
 * Flag: the checksum field holds the sum of the pseudo-header; the sum of everything from
 * `checksumStart` on must still be added.
 */
export const NEEDS_CHECKSUM = 1;

/** Kinds of super-packets. */
export const SegmentKind = {
  /** An ordinary packet. */
  NONE: 0,
  /** TCP over IPv6. */
  TCP6: 4,
  /** UDP over IPv4 or IPv6, since Linux 6.2. */
  UDP: 5,
} as const;

/** Flag of the kind, with TCP: only the first segment has CWR (RFC 3168 §6.1.2). */
export const KIND_ECN = 0x80;

/** The header's fields, writable because one object is reused from packet to packet. */
export interface VirtioHeader {
  flags: number;
  kind: number;
  headerLength: number;
  segmentSize: number;
  checksumStart: number;
  /** From `checksumStart`. */
  checksumOffset: number;
}

/** A header of zeros. */
export function newVirtioHeader(): VirtioHeader {
  return {
    flags: 0,
    kind: SegmentKind.NONE,
    headerLength: 0,
    segmentSize: 0,
    checksumStart: 0,
    checksumOffset: 0,
  };
}

/** Reads the header at `offset` into `header`. */
export function readVirtioHeader(bytes: Uint8Array, offset: number, header: VirtioHeader): void {
  header.flags = bytes[offset]!;
  header.kind = bytes[offset + 1]!;
  header.headerLength = getU16(bytes, offset + 2);
  header.segmentSize = getU16(bytes, offset + 4);
  header.checksumStart = getU16(bytes, offset + 6);
  header.checksumOffset = getU16(bytes, offset + 8);
}

/** Writes `header` at `offset`. */
export function writeVirtioHeader(bytes: Uint8Array, offset: number, header: VirtioHeader): void {
  bytes[offset] = header.flags;
  bytes[offset + 1] = header.kind;
  setU16(bytes, offset + 2, header.headerLength);
  setU16(bytes, offset + 4, header.segmentSize);
  setU16(bytes, offset + 6, header.checksumStart);
  setU16(bytes, offset + 8, header.checksumOffset);
}

/** Writes the header of an ordinary packet at `offset`. */
export function clearVirtioHeader(bytes: Uint8Array, offset: number): void {
  for (let i = 0; i < VIRTIO_HEADER_LENGTH; i++) bytes[offset + i] = 0;
}

function getU16(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8);
}

function setU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
}
