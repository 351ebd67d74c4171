import { assert, assertEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { assertAllAnswered } from "./all_answered.ts";
import { createLab, type Lab } from "./lab.ts";
import { firstRoundTrip } from "./ping.ts";
import { prepareTeredo, startClient, startServer, teredoTitle } from "./teredo.ts";

/** What a server may get besides data meanwhile: the clients' refreshes. */
const FEW_DATAGRAMS = 4;

for (const by of ["kernel", "user"] as const) {
  const needs = requires(...LAB, "ping", ...by === "kernel" ? ["nft"] as const : []);
  Deno.test({
    name: needs.title(
      `exchange: two clients meet behind port-restricted NATs in ${by} space (${teredoTitle()})`,
    ),
    ignore: needs.ignore,
    fn: async (t) => {
      await prepareTeredo();
      await using lab = await createLab({
        A: { by, kind: "portRestricted" },
        B: { by, kind: "portRestricted" },
      });
      await exchange(t, lab);
    },
  });
}

/** Two clients behind NATs, from the first packet on. */
async function exchange(t: Deno.TestContext, lab: Lab<"A" | "B">): Promise<void> {
  const { A, B } = lab.sites;
  await startServer(lab.server);
  const [a, b] = await Promise.all([startClient(A.client), startClient(B.client)]);
  assert(a.mapping.startsWith(`${A.plan.external}:`), a.mapping);

  await t.step("the first reply comes within a second of the first packet", async () => {
    const ping = await A.client.ping(b.address);
    assert(firstRoundTrip(ping) < 1000, ping.text);
  });

  await t.step("then none of 50 is lost or overtaken, and none passes the server", async () => {
    const before = await lab.server.datagramsReceived();
    const ping = await assertAllAnswered(A.client, b.address, { count: 50, interval: 0.05 });
    const order = ping.replies.map(({ sequence }) => sequence);
    assertEquals(order, order.toSorted((one, other) => one - other));
    assert(await lab.server.datagramsReceived() - before <= FEW_DATAGRAMS);
  });

  await t.step("the way back needs no more than that", async () => {
    await assertAllAnswered(B.client, a.address, { count: 3 });
  });

  await t.step("packets of the MTU pass whole, larger ones in fragments", async () => {
    for (const size of [1280 - 48, 1400]) {
      await assertAllAnswered(A.client, b.address, { size });
    }
  });
}
