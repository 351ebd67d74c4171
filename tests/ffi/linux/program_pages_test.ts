import { assert, assertEquals } from "@std/assert";
import { releaseProgramPages, unchangedMappings } from "../../../ffi/linux/program_pages.ts";
import { requires } from "../../capabilities.ts";
import "../open_libc.ts";

const needs = requires("linux");

/**
 * As /proc/self/smaps says it: each mapping with its name, and how much of it differs from the
 * file, in memory and in swap.
 */
const SMAPS = [
  mapping("5000-7000 r--p 00000000 fe:00 339704", "/usr/bin/teredo", 0),
  mapping("7000-a000 r-xp 00002000 fe:00 339704", "/usr/bin/teredo", 0),
  mapping("a000-b000 r--p 00005000 fe:00 339704", "/usr/bin/teredo", 4),
  mapping("a000-b000 r--p 00005000 fe:00 339704", "/usr/bin/teredo", 0, 4),
  mapping("b000-c000 rw-p 00006000 fe:00 339704", "/usr/bin/teredo", 0),
  mapping("c000-d000 r--s 00007000 fe:00 339704", "/usr/bin/teredo", 0),
  mapping("d000-e000 r-xp 00000000 fe:00 339705", "/usr/bin/teredo.old", 0),
  mapping("e000-f000 r-xp 00000000 00:00 0", "", 0),
].join("");

function mapping(head: string, name: string, anonymous: number, swap = 0): string {
  const sizes = {
    Size: 8,
    Rss: 8,
    ["Private_Dirty"]: 8,
    Anonymous: anonymous,
    Swap: swap,
    SwapPss: 0,
  };
  const lines = Object.entries(sizes).map(([field, size]) => `${field}:   ${size} kB\n`);
  return `${head}      ${name}\n${lines.join("")}VmFlags: rd mr\n`;
}

Deno.test("program pages: only what can't be written and is as it is in the file is unmapped", () => {
  assertEquals(unchangedMappings(SMAPS, "/usr/bin/teredo"), [
    { address: 0x5000n, length: 0x2000n },
    { address: 0x7000n, length: 0x3000n },
  ]);
  assertEquals(unchangedMappings("", "/usr/bin/teredo"), []);
});

Deno.test({
  name: needs.title("program pages: what is unmapped no longer counts, and comes back when needed"),
  ignore: needs.ignore,
  fn: () => {
    const before = residentFilePages();
    releaseProgramPages();
    const after = residentFilePages();
    assert(after < before / 2, `${before} kB before, ${after} kB after`);
    // Code that the start ran runs again.
    assertEquals(new Intl.NumberFormat("en").format(1_000), "1,000");
  },
});

/** In kB. */
function residentFilePages(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^RssFile:\s+(\d+) kB$/m.exec(status)![1]);
}
