import { assertEquals } from "@std/assert";
import { alignColumns, describedTerm, fittingTable, wrap } from "../../../cli/text/layout.ts";

Deno.test("layout: lines end between words, at the last column at most", () => {
  assertEquals(wrap("one two three", 7), ["one two", "three"]);
  assertEquals(wrap("one two three", 6), ["one", "two", "three"]);
  assertEquals(wrap("one two three", 13), ["one two three"]);
  assertEquals(wrap("", 10), [""]);
});

Deno.test("layout: a word that is too long has a line to itself", () => {
  assertEquals(wrap("a 2001:0:5301:101::1 b", 10), ["a", "2001:0:5301:101::1", "b"]);
});

Deno.test("layout: lines that continue are indented, and the first keeps its own margin", () => {
  assertEquals(wrap("  one two three", 9, 4), ["  one two", "    three"]);
});

Deno.test("layout: a description stands next to its term where there is room", () => {
  const words = "it does this and that";
  assertEquals(describedTerm("  -x", words, 8, 40), ["  -x    it does this and that"]);
  assertEquals(describedTerm("  -x", words, 8, 32).length, 1);
  assertEquals(describedTerm("  --long", words, 8, 40), [
    "  --long",
    "        it does this and that",
  ]);
});

Deno.test("layout: a description stands below its term where little room is left", () => {
  assertEquals(describedTerm("  -x", "it does this and that", 20, 30), [
    "  -x",
    "      it does this and that",
  ]);
});

Deno.test("layout: a description with a word too long for its column stands below", () => {
  assertEquals(describedTerm("  -x", "at 2001:0:5301:101:385c:63bf:acfe:fdf8", 10, 42), [
    "  -x",
    "      at",
    "      2001:0:5301:101:385c:63bf:acfe:fdf8",
  ]);
});

Deno.test("layout: columns are as wide as their widest cell, without spaces at the end", () => {
  assertEquals(alignColumns([["a", "bb", "c"], ["aa", "b", ""]]), ["a   bb  c", "aa  b"]);
  assertEquals(alignColumns([]), []);
});

Deno.test("layout: a table whose rows do not fit has their first cells above the others", () => {
  const rows = [["one", "two", "three"], ["1", "2", "3"]];
  assertEquals(fittingTable(rows, 1, 17), ["  one  two  three", "  1    2    3"]);
  assertEquals(fittingTable(rows, 1, 16), ["  one", "    two, three", "  1", "    2, 3"]);
  assertEquals(fittingTable(rows, 2, 16), ["  one  two", "    three", "  1    2", "    3"]);
  assertEquals(fittingTable([], 1, 16), []);
});

Deno.test("layout: a quotation stays in one line if it fits into one", () => {
  const text = 'run (see "ip -6 route"), or "ip -4 route". Then "stop';
  assertEquals(wrap(text, 16), [
    "run (see",
    '"ip -6 route"),',
    "or",
    '"ip -4 route".',
    'Then "stop',
  ]);
  assertEquals(wrap('a "quotation that is long" b', 12), ['a "quotation', "that is", 'long" b']);
  assertEquals(wrap('a "b" c', 3), ["a", '"b"', "c"]);
});
