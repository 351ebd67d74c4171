import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CHECKLIST } from "./checklist.ts";
import { coverageOf } from "./coverage.ts";
import { DEPARTURES } from "./departures.ts";
import { writeDocument } from "./document.ts";
import type { Group } from "./item.ts";

const GROUP: Group = {
  letter: "P",
  title: "Packets",
  introduction: "All of them.",
  isRequired: true,
  items: [
    { id: "P-01", level: "MUST*", source: "RFC 1 §1", statement: "a | b" },
    { id: "P-02", level: "own", source: "RFC 1 §2", statement: "c", why: "d", argument: "e" },
    { id: "P-03", level: "MAY", source: "RFC 1 §3", statement: "f" },
  ],
};

const DEPARTURE = {
  items: ["P-01"],
  source: "RFC 1 §1 says so",
  what: "it is not so",
  why: "it cannot be",
  file: "wire/bubble.ts",
} as const;

const TESTS = [
  { file: "tests/x_test.ts", name: "P-01: first", ignored: false },
  { file: "tests/x_test.ts", name: "P-01: <second> of `a<b`", ignored: false },
  { file: "tests/y/z_test.ts", name: "P-01: third", ignored: false },
];

Deno.test("conformance: the document has every item, its tests and what is argued", () => {
  const text = writeDocument([GROUP], [DEPARTURE], coverageOf(TESTS));
  const lines = text.split("\n");
  const expected = [
    "| P | Packets | 3 | 1 | 1 | 3 |",
    "| P-01 | MUST\\* | RFC 1 §1 | a \\| b [(1)](#departures) | " +
    "[x_test.ts](../tests/x_test.ts): “first”; “\\<second\\> of `a<b`”<br>" +
    "[y/z_test.ts](../tests/y/z_test.ts): “third” |",
    "| P-02 | own | RFC 1 §2 | c | argued: e |",
    "| P-03 | MAY | RFC 1 §3 | f | **none yet** |",
    "| 1 | P-01 | RFC 1 §1 says so | it is not so | it cannot be | " +
    "[wire/bubble.ts](../wire/bubble.ts) |",
    "| P-02 | c | d |",
  ];
  for (const line of expected) assert(lines.includes(line), `${line}\nis not in\n${text}`);
});

Deno.test("conformance: the same checklist and tests make the same document", () => {
  const [once, again] = [1, 2].map(() => writeDocument(CHECKLIST, DEPARTURES, coverageOf(TESTS)));
  assertEquals(once, again);
  assertStringIncludes(once!, "deno task conformance");
});
