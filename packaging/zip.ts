/**
 * ZIP archives, for Windows: PKWARE's APPNOTE without encryption, ZIP64 or comments.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { crc32, deflateRawSync } from "node:zlib";
import type { InstalledFile } from "./installed_file.ts";

/** Of the local file header, the central directory header, and the end of the central directory. */
const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];

/** 2.0: deflate, and folders. */
const VERSION_NEEDED = 20;

/** 3 in the upper octet: the file's attributes are those of Unix. */
const MADE_BY = 3 << 8 | VERSION_NEEDED;

/** Names are in UTF-8. */
const FLAGS = 1 << 11;

const DEFLATE = 8;

/**
 * 1 January 1980, the earliest date that the format has: the same files always make the same
 * archive.
 */
const DATE = 1 << 5 | 1;

/** S_IFREG, in the upper half of the external attributes. */
const REGULAR_FILE = 0o100000;

/** A file as it is in the archive. */
interface Entry {
  readonly name: Uint8Array;
  readonly checksum: number;
  readonly size: number;
  readonly compressed: Uint8Array;
  readonly mode: number;
}

/** An archive of these files. */
export function zip(files: readonly InstalledFile[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const entry of files.map(entryOf)) {
    directory.push(
      fields([4, CENTRAL], [2, MADE_BY], ...shared(entry), [2, 0], [2, 0], [2, 0], [
        4,
        (REGULAR_FILE | entry.mode) * 0x10000,
      ], [4, offset]),
      entry.name,
    );
    const header = fields([4, LOCAL], ...shared(entry));
    parts.push(header, entry.name, entry.compressed);
    offset += header.length + entry.name.length + entry.compressed.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = files.length;
  const end = fields([4, END], [4, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

function entryOf({ path, bytes, mode }: InstalledFile): Entry {
  return {
    name: new TextEncoder().encode(path),
    checksum: crc32(Buffer.from(bytes)),
    size: bytes.length,
    compressed: deflateRawSync(Buffer.from(bytes), { level: 9 }),
    mode,
  };
}

/** Width in octets, and value. */
type Field = readonly [width: 2 | 4, value: number];

/** The fields from "version needed" to "extra field length", which both headers of a file have. */
function shared({ name, checksum, size, compressed }: Entry): Field[] {
  return [
    ...[[2, VERSION_NEEDED], [2, FLAGS], [2, DEFLATE], [2, 0], [2, DATE]] as const,
    ...[[4, checksum], [4, compressed.length], [4, size], [2, name.length], [2, 0]] as const,
  ];
}

/** Numbers in little-endian order. */
function fields(...all: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(all.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const [width, value] of all) {
    if (width === 2) view.setUint16(offset, value, true);
    else view.setUint32(offset, value, true);
    offset += width;
  }
  return bytes;
}
