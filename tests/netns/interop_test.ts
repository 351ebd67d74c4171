import { assertEquals } from "@std/assert";
import { requires } from "../capabilities.ts";
import { type Cell, INTEROP_NEEDS, lost, tryAll } from "./interop_matrix.ts";
import { prepareTeredo } from "./teredo.ts";

const needs = requires(...INTEROP_NEEDS);

Deno.test({
  name: needs.title("interoperation: ours and Miredo in every combination, nothing is lost"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    const cells = await tryAll();
    assertEquals(cells.length, 2 ** 4 + 2 ** 3);
    for (const cell of cells) {
      await t.step(title(cell), () => assertEquals(lost(cell), [], cell.ping.text));
    }
  },
});

function title({ course, client, server, relay }: Cell): string {
  const parties = Object.entries({ client, server, relay }).filter(([, make]) =>
    make !== undefined
  );
  return `${course} with ${parties.map(([role, make]) => `${role} ${make}`).join(", ")}`;
}
