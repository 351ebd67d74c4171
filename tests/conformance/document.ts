/**
 * Writing `docs/conformance.md`.
 *
 * @module
 */

import { isCovered, isTested } from "./coverage.ts";
import type { Departure, Group, Item, ItemId, NamedTest } from "./item.ts";

type Coverage = ReadonlyMap<ItemId, readonly NamedTest[]>;

/** The whole document. The same checklist and tests make the same text. */
export function writeDocument(
  checklist: readonly Group[],
  departures: readonly Departure[],
  coverage: Coverage,
): string {
  return [
    "<!-- deno-fmt-ignore-file -->",
    "<!-- Written by `deno task conformance`; changes made here by hand are lost. -->",
    "",
    "# Conformance",
    "",
    "What the RFCs require of Teredo clients, servers and relays, item by item, and the tests that prove",
    "it. `deno task conformance` generates this page from the checklist in `tests/conformance/` and the",
    "names of the tests; it fails if an item of the groups P, C, S or R has neither a test nor an",
    "argument.",
    "",
    "- A star after a level: the RFC writes the word in lower case or implies it. Such items bind too.",
    "- `own`: a [decision](#decisions) of this project, where the RFCs are silent or contradict each",
    "  other.",
    "- A note like [(1)](#departures) after a statement: a departure from the RFC, explained below.",
    "- V4, N18 and A1 are [test vectors](../tests/vectors/README.md).",
    "",
    ...summary(checklist, coverage),
    ...checklist.flatMap((group) => section(group, departures, coverage)),
    ...departureSection(departures),
    ...decisionSection(checklist),
    "",
  ].join("\n");
}

function summary(checklist: readonly Group[], coverage: Coverage): string[] {
  const rows = checklist.map((group) => {
    const { letter, title, items } = group;
    const tested = items.filter(({ id }) => isTested(group, id, coverage));
    const tests = new Set(tested.flatMap(({ id }) => coverage.get(id)!));
    const argued = items.filter((item) => !coverage.has(item.id) && isCovered(item, coverage));
    return row(letter, title, items.length, tested.length, argued.length, tests.size);
  });
  return [
    row("Group", "", "Items", "Tested", "Argued", "Tests"),
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ];
}

function section(
  group: Group,
  departures: readonly Departure[],
  coverage: Coverage,
): string[] {
  const { letter, title, introduction, items } = group;
  return [
    `## ${letter}: ${title}`,
    "",
    introduction,
    "",
    row("Item", "Level", "Source", "Statement", "Tests"),
    "|---|---|---|---|---|",
    ...items.map((item) => {
      const notes = departures.flatMap((departure, i) =>
        departure.items.includes(item.id) ? [` [(${i + 1})](#departures)`] : []
      );
      const { id, level, source, statement } = item;
      return row(
        id,
        level.replace("*", "\\*"),
        escape(source),
        escape(statement) + notes.join(""),
        proof(item, isTested(group, id, coverage), coverage),
      );
    }),
    "",
  ];
}

/** The tests by file, or what takes their place. */
function proof(item: Item, isTested: boolean, coverage: Coverage): string {
  const tests = coverage.get(item.id);
  if (tests === undefined) {
    if (item.argument !== undefined) return `argued: ${escape(item.argument)}`;
    return item.id.startsWith("X") ? "not implemented yet" : "**none yet**";
  }
  const byFile = Map.groupBy(tests, ({ file }) => file);
  const list = Array.from(byFile, ([file, tests]) => {
    const names = tests.map(({ name }) => `“${escape(withoutHead(name))}”`);
    return `[${file.replace(/^tests\//, "")}](../${file}): ${names.join("; ")}`;
  }).join("<br>");
  return isTested ? list : `**not reached through the product yet**<br>${list}`;
}

/** The first column already has the items. */
function withoutHead(name: string): string {
  return name.replace(/^(?:[PCSRX]-\d\d(?:, |: ))+/, "");
}

function departureSection(departures: readonly Departure[]): string[] {
  return [
    "## Departures",
    "",
    "Where the code differs from an RFC, or settles what the RFCs leave open or contradict.",
    "",
    row("", "Items", "The RFC", "Here", "Why", "Source"),
    "|---|---|---|---|---|---|",
    ...departures.map(({ items, source, what, why, file }, i) =>
      row(i + 1, items.join(", "), escape(source), escape(what), escape(why), link(file))
    ),
    "",
  ];
}

function decisionSection(checklist: readonly Group[]): string[] {
  return [
    "## Decisions",
    "",
    "The items of level `own`, and the reasons for them.",
    "",
    row("Item", "Statement", "Why"),
    "|---|---|---|",
    ...checklist.flatMap(({ items }) => items).flatMap(({ id, statement, why }) =>
      why === undefined ? [] : [row(id, escape(statement), escape(why))]
    ),
  ];
}

function link(file: string): string {
  return `[${file}](../${file})`;
}

function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Text for a cell of a table, unchanged by Markdown; code in backticks stays code. */
function escape(text: string): string {
  return text.split("`").map((part, i) =>
    part.replace(i % 2 === 0 ? /[|<>*_[\]]/g : /\|/g, (character) => `\\${character}`)
  ).join("`");
}
