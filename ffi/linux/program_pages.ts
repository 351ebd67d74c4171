/**
 * The pages of the executable's file that are mapped into this process.
 *
 * A start touches half of the file's 97 MB, and what runs later a small part of that. Linux counts
 * these pages as the process's own memory as long as they are mapped. Once unmapped they stay in
 * the kernel's cache, from where a page that is needed again comes back in about a microsecond.
 *
 * @module
 */

import { libc } from "../c/libc.ts";
import { readSpecialFile } from "../c/special_file.ts";

const MADV_DONTNEED = 4;

/** A part of the address space. */
interface Mapping {
  readonly address: bigint;
  readonly length: bigint;
}

/**
 * Unmaps what the start has mapped of the executable. This changes no memory: only parts that are
 * as they are in the file are unmapped.
 */
export function releaseProgramPages(): void {
  const { madvise } = libc();
  for (const { address, length } of unchangedMappings(readMappings(), Deno.execPath())) {
    // What fails leaves everything as it is.
    madvise(address, length, MADV_DONTNEED);
  }
}

function readMappings(): string {
  try {
    return readSpecialFile("/proc/self/smaps");
  } catch {
    return "";
  }
}

/**
 * The mappings of a file that can't be written and hold nothing that differs from the file.
 *
 * The loader writes addresses into some that can't be written afterwards. What it wrote is in
 * anonymous pages, or in swap, where they no longer count as anonymous; unmapping would lose it.
 * `Private_Dirty` says nothing about that: it also counts pages of a file that was just installed
 * and is not yet on the disk.
 *
 * @param smaps what /proc/self/smaps says
 */
export function unchangedMappings(smaps: string, file: string): Mapping[] {
  const found: Mapping[] = [];
  for (const text of smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p [0-9a-f]+ \S+ \d+ +(.*)$/m.exec(text);
    if (head?.[3] !== file || !isZero("Anonymous", text) || !isZero("Swap", text)) continue;
    const [address, end] = [BigInt(`0x${head[1]}`), BigInt(`0x${head[2]}`)];
    found.push({ address, length: end - address });
  }
  return found;
}

function isZero(field: string, text: string): boolean {
  return new RegExp(`^${field}: +0 kB$`, "m").test(text);
}
