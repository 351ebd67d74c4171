import { assert, assertEquals } from "@std/assert";
import { cellBehind, cellOf, PLACES, type TablePlace } from "./cells.ts";
import { writeMatrix } from "./document.ts";
import { DOCUMENT } from "./matrix.ts";

/** The first answer comes within this time in every cell, in milliseconds. */
const FIRST_ANSWER = 3_000;

const KINDS = Object.keys(PLACES) as TablePlace[];

for (const one of KINDS) {
  Deno.test(`with a gateway, a client with ${PLACES[one]} reaches everybody within three seconds`, () => {
    for (const other of KINDS) {
      const { path, milliseconds } = cellOf(one, other, true);
      const what = `${one} to ${other}: ${path} after ${milliseconds} ms`;
      assert(path !== undefined && milliseconds <= FIRST_ANSWER, what);
      // Pairs that can meet without a gateway do not use it, and it does not slow them down.
      const without = cellOf(one, other, false);
      if (without.path === undefined) assertEquals(path, "gateway", what);
      else assertEquals({ path, milliseconds }, { path, milliseconds: without.milliseconds }, what);
    }
  });
}

Deno.test("with a gateway, clients behind one NAT without hairpinning reach each other within three seconds", () => {
  for (const kind of KINDS) {
    if (kind === "none" || kind === "double") continue;
    const { path, milliseconds } = cellBehind(kind, true);
    assert(path !== undefined && milliseconds <= FIRST_ANSWER, `${kind}: ${path}, ${milliseconds}`);
  }
});

Deno.test("docs/matrix.md is what `deno task matrix` writes", async () => {
  assertEquals(await Deno.readTextFile(DOCUMENT), writeMatrix());
});
