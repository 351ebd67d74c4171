import { assert, assertEquals } from "@std/assert";
import { requires } from "../capabilities.ts";
import { type Cell, INTEROP_NEEDS, lost, tryAll } from "./interop_matrix.ts";
import { createLab } from "./lab.ts";
import { startMiredoClient } from "./miredo.ts";
import { firstOf } from "./ping.ts";
import { ADDRESS } from "./plan.ts";
import { prepareTeredo, startClient, startRelay, startServer } from "./teredo.ts";

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

Deno.test({
  name: needs.title(
    "interoperation: X-04, R-09: Miredo behind a symmetric NAT, with our clients behind others and our relay",
  ),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({
      Miredo: { by: "kernel", kind: "symmetric" },
      Cone: { by: "kernel", kind: "cone" },
      Addr: { by: "kernel", kind: "addressRestricted" },
      Called: { by: "kernel", kind: "cone" },
    });
    await startServer(lab.server);
    await startRelay(lab.relay);
    const { Miredo, Cone, Addr, Called } = lab.sites;
    const [miredo, , , called] = await Promise.all([
      startMiredoClient(Miredo.client),
      ...[Cone, Addr, Called].map(({ client }) => startClient(client)),
    ]);
    const calls = [
      ["a client of ours behind a full-cone NAT calls it", Cone.client, miredo.address],
      [
        "a client of ours behind an address-restricted NAT calls it",
        Addr.client,
        miredo.address,
      ],
      ["a native host calls it through our relay", lab.native, miredo.address],
      ["it calls a client of ours behind a full-cone NAT", Miredo.client, called!.address],
      ["it calls a native host through our relay", Miredo.client, ADDRESS.native],
    ] as const;
    for (const [name, from, address] of calls) {
      await t.step(name, async () => {
        // Those after the tenth give its answer time.
        const ping = firstOf(10, await from.ping(address, { count: 15 }));
        // What it sends before we know where it is does not count.
        assert(ping.received >= 9, ping.text);
      });
    }
  },
});

function title({ course, client, server, relay }: Cell): string {
  const parties = Object.entries({ client, server, relay }).filter(([, make]) =>
    make !== undefined
  );
  return `${course} with ${parties.map(([role, make]) => `${role} ${make}`).join(", ")}`;
}
