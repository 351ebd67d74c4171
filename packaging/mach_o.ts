/**
 * What an executable of macOS is, and whether its signature fits it.
 *
 * Apple's processors run nothing without a signature. One without an identity is enough ("ad hoc"):
 * a hash of each page, in the last part of the file.
 *
 *     segment __LINKEDIT:  …  SuperBlob { CodeDirectory { hashes of the pages before it } }
 *
 * `mach-o/loader.h` and `osfmk/kern/cs_blobs.h` of xnu. Blobs are big-endian, the rest is
 * little-endian.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** An executable of macOS. */
interface MachO {
  readonly processor: "x64" | "arm64" | "unknown";
  /** The oldest macOS that loads it: "11.0". */
  readonly oldestSystem: string;
  /** The shared libraries and frameworks that it needs, by path. */
  readonly libraries: readonly string[];
  /** `"ad hoc"`: its hashes are those of the file. `"wrong"`: they are not. */
  readonly signature: "none" | "ad hoc" | "wrong";
}

const MAGIC_64 = 0xfeed_facf;
const PROCESSORS: Readonly<Record<number, MachO["processor"]>> = {
  0x0100_0007: "x64",
  0x0100_000c: "arm64",
};

/** Load commands. */
const LC_LOAD_DYLIB = 0xc;
const LC_CODE_SIGNATURE = 0x1d;
const LC_VERSION_MIN_MACOSX = 0x24;
const LC_BUILD_VERSION = 0x32;

/** Blobs of a signature, and the flag of one that has no identity. */
const CSMAGIC_EMBEDDED_SIGNATURE = 0xfade_0cc0;
const CSMAGIC_CODEDIRECTORY = 0xfade_0c02;
const CS_ADHOC = 0x2;
const CS_HASHTYPE_SHA256 = 2;
const HASH_SIZE = 32;

/** A load command: where it is, and where it ends. */
interface Command {
  readonly type: number;
  readonly at: number;
  readonly end: number;
}

/**
 * Reads an executable.
 *
 * @throws {Error} It isn't an executable of macOS for 64 bits.
 */
export function readMachO(bytes: Uint8Array): MachO {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 32 || view.getUint32(0, true) !== MAGIC_64) {
    throw new Error("This is not an executable of macOS for 64 bits");
  }
  const commands = loadCommands(view);
  const build = commands.find(({ type }) => type === LC_BUILD_VERSION);
  const minimum = commands.find(({ type }) => type === LC_VERSION_MIN_MACOSX);
  const version = view.getUint32(build === undefined ? minimum!.at + 8 : build.at + 12, true);
  const sign = commands.find(({ type }) => type === LC_CODE_SIGNATURE);
  return {
    processor: PROCESSORS[view.getUint32(4, true)] ?? "unknown",
    oldestSystem: `${version >>> 16}.${version >>> 8 & 0xff}`,
    libraries: commands.filter(({ type }) => type === LC_LOAD_DYLIB)
      .map(({ at, end }) => textAt(bytes, at + view.getUint32(at + 8, true), end)),
    signature: sign === undefined ? "none" : checkSignature(bytes, view, sign),
  };
}

function loadCommands(view: DataView): Command[] {
  const commands: Command[] = [];
  let at = 32;
  for (let left = view.getUint32(16, true); left > 0; left--) {
    const end = at + view.getUint32(at + 4, true);
    commands.push({ type: view.getUint32(at, true), at, end });
    at = end;
  }
  return commands;
}

function checkSignature(bytes: Uint8Array, view: DataView, { at }: Command): MachO["signature"] {
  const start = view.getUint32(at + 8, true);
  const size = view.getUint32(at + 12, true);
  if (start + size > bytes.length || view.getUint32(start) !== CSMAGIC_EMBEDDED_SIGNATURE) {
    return "wrong";
  }
  // Of several blobs, the directory of the code is the first.
  const directory = start + view.getUint32(start + 16);
  const [hashes, pages, limit] = [16, 28, 32].map((it) => view.getUint32(directory + it)) as [
    number,
    number,
    number,
  ];
  const pageSize = 1 << bytes[directory + 39]!;
  const isPlausible = view.getUint32(directory) === CSMAGIC_CODEDIRECTORY &&
    (view.getUint32(directory + 12) & CS_ADHOC) !== 0 &&
    bytes[directory + 36] === HASH_SIZE && bytes[directory + 37] === CS_HASHTYPE_SHA256 &&
    limit === start && pages === Math.ceil(limit / pageSize);
  if (!isPlausible) return "wrong";
  for (let page = 0; page < pages; page++) {
    const code = bytes.subarray(page * pageSize, Math.min((page + 1) * pageSize, limit));
    const expected = directory + hashes + HASH_SIZE * page;
    const hash = createHash("sha256").update(code).digest();
    if (!hash.every((octet, i) => octet === bytes[expected + i])) return "wrong";
  }
  return "ad hoc";
}

function textAt(bytes: Uint8Array, start: number, end: number): string {
  const stop = bytes.indexOf(0, start);
  return new TextDecoder().decode(bytes.subarray(start, stop < 0 ? end : Math.min(stop, end)));
}
