import { assert, assertEquals } from "@std/assert";
import { cellBehind, cellOf, PLACES, type TablePlace } from "./cells.ts";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { writeMatrix } from "./document.ts";
import { DOCUMENT } from "./matrix.ts";

/** The first answer comes within this time in every cell, in milliseconds. */
const FIRST_ANSWER = 3_000;

const KINDS = Object.keys(PLACES) as TablePlace[];

for (const one of KINDS) {
  Deno.test(`with a gateway, a client with ${PLACES[one]} reaches everybody within three seconds`, () => {
    for (const other of KINDS) {
      const { path, milliseconds } = cellOf(one, other, { hasGateway: true });
      const what = `${one} to ${other}: ${path} after ${milliseconds} ms`;
      assert(path !== undefined && milliseconds <= FIRST_ANSWER, what);
      // Pairs that can meet without a gateway do not use it, and it does not slow them down.
      const without = cellOf(one, other);
      if (without.path === undefined) assertEquals(path, "gateway", what);
      else assertEquals({ path, milliseconds }, { path, milliseconds: without.milliseconds }, what);
    }
  });
}

Deno.test("with a gateway, clients behind one NAT without hairpinning reach each other within three seconds", () => {
  for (const kind of KINDS) {
    if (!(kind in NAT)) continue;
    const { path, milliseconds } = cellBehind(kind as NatKind, { hasGateway: true });
    assert(path !== undefined && milliseconds <= FIRST_ANSWER, `${kind}: ${path}, ${milliseconds}`);
  }
});

/** RFC 6081 figure 1: the columns that a client behind each row's NAT reaches by some extension. */
const FIGURE_1: readonly (readonly [row: TablePlace, reaches: string])[] = [
  ["cone", "YYYYYYYYY"],
  ["addressRestricted", "YYYYYYYY-"],
  ["portRestricted", "YYYY-YY--"],
  ["mappedRestricted", "YYYYY----"],
  ["mappedSymmetric", "YY-YY----"],
  ["symmetricPreserving", "YYY--YY--"],
  ["symmetricSequential", "YYY------"],
  ["symmetric", "YY-------"],
  ["addressSymmetric", "Y--------"],
];

for (const [row, reaches] of FIGURE_1) {
  Deno.test(`X-22: a client with ${PLACES[row]} reaches whom RFC 6081 figure 1 has it reach, UPnP included`, () => {
    for (const [column, [other]] of FIGURE_1.entries()) {
      const { path } = cellOf(row, other);
      // With a port that the NAT forwards, more pairs meet than the figure has.
      const isMore = [row, other].some((place) => place.startsWith("mapped"));
      if (reaches[column] === "Y") assert(path !== undefined, `${row} to ${other}`);
      else if (!isMore) assertEquals(path, undefined, `${row} to ${other}`);
    }
  });
}

Deno.test("docs/matrix.md is what `deno task matrix` writes", async () => {
  assertEquals(await Deno.readTextFile(DOCUMENT), writeMatrix());
});
