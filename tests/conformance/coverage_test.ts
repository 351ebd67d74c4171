import { assertEquals } from "@std/assert";
import { CHECKLIST } from "./checklist.ts";
import { complaintsAbout, coverageOf, isTested, itemsOf } from "./coverage.ts";
import { DEPARTURES } from "./departures.ts";
import type { Group, ItemId } from "./item.ts";

const ROOT = new URL("../../", import.meta.url);

/** A group with one item tested, one argued and one that has neither. */
const GROUP: Group = {
  letter: "P",
  title: "",
  introduction: "",
  isRequired: true,
  items: [
    { id: "P-01", level: "MUST", source: "RFC 1", statement: "one" },
    { id: "P-02", level: "MUST", source: "RFC 1", statement: "two", argument: "because" },
    { id: "P-03", level: "MUST", source: "RFC 1", statement: "three" },
  ],
};

const TEST = { file: "tests/a_test.ts", name: "P-01: a", ignored: false };

Deno.test("conformance: a test proves the items at the head of its name", () => {
  const expected: Record<string, ItemId[]> = {
    "C-01: a": ["C-01"],
    "C-16, C-17: a": ["C-16", "C-17"],
    "P-12: P-11: V8": ["P-12", "P-11"],
    "a C-01: b": [],
    "C-01 a": [],
    "C-24, V15: a": ["C-24"],
    "V15, C-24: a": [],
    "C-1: a": [],
    "N-01: a": [],
  };
  for (const [name, ids] of Object.entries(expected)) assertEquals(itemsOf(name), ids, name);
});

Deno.test("conformance: ignored tests prove nothing", () => {
  assertEquals([...coverageOf([TEST]).keys()], ["P-01"]);
  assertEquals([...coverageOf([{ ...TEST, ignored: true }]).keys()], []);
});

Deno.test("conformance: an extension counts only if a test reaches it through a node or the executable", () => {
  const group = { ...GROUP, needsProduct: true };
  for (
    const [file, counts] of Object.entries({
      "tests/a_test.ts": false,
      "tests/client/nodes_test.ts": false,
      "tests/nodes/a_test.ts": true,
      "tests/netns/a_test.ts": true,
    })
  ) {
    const coverage = coverageOf([TEST, { ...TEST, file }]);
    assertEquals([GROUP, group].map((each) => isTested(each, "P-01", coverage)), [true, counts]);
  }
});

Deno.test("conformance: an item with neither test nor argument is complained about", () => {
  const coverage = coverageOf([TEST]);
  assertEquals(complaintsAbout([GROUP], [], coverage), [
    "P-03 is neither tested nor argued: three",
  ]);
  assertEquals(complaintsAbout([{ ...GROUP, isRequired: false }], [], coverage), []);
});

Deno.test("conformance: a test or departure of an item that does not exist is complained about", () => {
  const coverage = coverageOf([TEST, { ...TEST, name: "P-03, P-99: b" }]);
  const departure = { items: ["P-98"], source: "", what: "x", why: "", file: "" } as const;
  assertEquals(complaintsAbout([GROUP], [departure], coverage), [
    'P-99, which "P-03, P-99: b" in tests/a_test.ts names, is not in the checklist',
    "P-98, which a departure (x) names, does not exist",
  ]);
});

Deno.test("conformance: the checklist's items are numbered without gaps", () => {
  const counts = { P: 22, C: 49, S: 30, R: 16, X: 22 };
  for (const { letter, items } of CHECKLIST) {
    const expected = Array.from(
      { length: counts[letter] },
      (_, i) => `${letter}-${String(i + 1).padStart(2, "0")}`,
    );
    assertEquals(items.map(({ id }) => id), expected);
  }
});

Deno.test("conformance: decisions have a reason, and nothing else has", () => {
  for (const { id, level, why } of CHECKLIST.flatMap(({ items }) => items)) {
    assertEquals(why !== undefined, level === "own", id);
  }
});

Deno.test("conformance: departures happen in files that exist", async () => {
  for (const { file } of DEPARTURES) await Deno.stat(new URL(file, ROOT));
});
