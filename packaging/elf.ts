/**
 * What an executable of Linux needs: its shared libraries, and the versions of their symbols.
 *
 * ELF of 64 bits, little-endian: System V ABI, chapters 4 and 5; symbol versions: Linux Standard
 * Base, "Symbol Versioning".
 *
 * @module
 */

/** What an executable needs. */
interface ElfNeeds {
  /** The shared libraries, in the order in which they are loaded. */
  readonly libraries: readonly string[];
  /** The versions of symbols, such as `GLIBC_2.17`. */
  readonly versions: readonly string[];
}

/** Kinds of program headers and of entries of the dynamic section. */
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_VERNEED = 0x6fff_fffe;
const DT_VERNEEDNUM = 0x6fff_ffff;

/** A part of the file that is loaded, by its address in memory. */
interface Segment {
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * Reads what an executable needs.
 *
 * @throws {Error} It isn't an executable of Linux for 64 bits.
 */
export function readElf(bytes: Uint8Array): ElfNeeds {
  if (![0x7f, 0x45, 0x4c, 0x46, 2, 1].every((octet, i) => bytes[i] === octet)) {
    throw new Error("This is not an executable of Linux for 64 bits");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { segments, dynamic } = programHeaders(view);
  const at = (address: number) => {
    const segment = segments.find((it) => address >= it.address && address < it.address + it.size);
    if (segment === undefined) throw new Error(`Nothing is loaded at ${address}`);
    return address - segment.address + segment.offset;
  };
  const entries = dynamicEntries(view, dynamic);
  const value = (tag: number) => entries.find(([it]) => it === tag)?.[1];
  const strings = at(value(DT_STRTAB)!);
  const text = (offset: number) => {
    const start = strings + offset;
    return new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)));
  };
  const libraries = entries.filter(([tag]) => tag === DT_NEEDED).map(([, name]) => text(name));
  const needs = value(DT_VERNEED);
  const names = needs === undefined
    ? []
    : versionNames(view, at(needs), value(DT_VERNEEDNUM) ?? 0).map(text);
  return { libraries, versions: [...new Set(names)] };
}

function programHeaders(view: DataView): { segments: Segment[]; dynamic: Segment } {
  const [table, size, count] = [u64(view, 32), view.getUint16(54, true), view.getUint16(56, true)];
  const headers = Array.from({ length: count }, (_, i) => {
    const at = table + i * size;
    return {
      type: view.getUint32(at, true),
      offset: u64(view, at + 8),
      address: u64(view, at + 16),
      size: u64(view, at + 32),
    };
  });
  const dynamic = headers.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) throw new Error("It needs no shared libraries");
  return { segments: headers.filter(({ type }) => type === PT_LOAD), dynamic };
}

function dynamicEntries(view: DataView, { offset, size }: Segment): [tag: number, value: number][] {
  return Array.from({ length: size / 16 }, (_, i) => {
    const at = offset + 16 * i;
    return [u64(view, at), u64(view, at + 8)];
  });
}

/** Places of names in the strings: `Elf64_Verneed` for each library, and its `Elf64_Vernaux`. */
function versionNames(view: DataView, start: number, count: number): number[] {
  const names: number[] = [];
  let need = start;
  for (let i = 0; i < count; i++) {
    let version = need + view.getUint32(need + 8, true);
    for (let left = view.getUint16(need + 2, true); left > 0; left--) {
      names.push(view.getUint32(version + 8, true));
      version += view.getUint32(version + 12, true);
    }
    need += view.getUint32(need + 12, true);
  }
  return names;
}

function u64(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}
