/** Some of the pairs of `deno task matrix:kernel`: each of another kind. */
import { assert, assertEquals } from "@std/assert";
import { requires } from "../capabilities.ts";
import { isMet, MATRIX_NEEDS, measureMatrix } from "./kernel_matrix.ts";
import { prepareTeredo } from "./teredo.ts";

const needs = requires(...MATRIX_NEEDS);

Deno.test({
  name: needs.title("gateway: clients behind any two NATs meet within three seconds"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    const cells = await Array.fromAsync(measureMatrix({
      rows: ["portRestricted", "symmetric"],
      columns: ["cone", "symmetricPreserving", "double", "Miredo"],
      shared: ["symmetric"],
      ...{ hasExtensions: true, hasGateway: true },
    }));
    for (const cell of cells) assert(isMet(cell), JSON.stringify(cell));
    // Which of two ports lets a peer in first is not always the same.
    const ways = cells.map(({ path }) => path === "random_port" ? "direct" : path);
    assertEquals(
      ways,
      [
        ...["direct", "direct", "direct", "direct"],
        // The gateway has one address, so the client cannot know that its NAT is symmetric.
        ...["direct", "gateway", "gateway", "gateway"],
        "local",
      ],
    );
  },
});
