import { assert, assertEquals } from "@std/assert";
import { requires } from "../capabilities.ts";
import { createLab, type Lab } from "./lab.ts";
import { UPLINK } from "./nat_router.ts";
import { firstRoundTrip } from "./ping.ts";
import { prepareTeredo, startClient, startServer } from "./teredo.ts";

const base = ["linux", "namespaces", "tun", "ip", "nsenter", "ping", "tcpdump", "tshark"] as const;

for (const by of ["kernel", "user"] as const) {
  const needs = requires(...base, ...by === "kernel" ? ["nft"] as const : []);
  Deno.test({
    name: needs.title(`exchange: two clients meet behind port-restricted NATs in ${by} space`),
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
  await using atServer = await lab.server.capture(UPLINK, "udp");
  await using atClient = await A.client.capture(UPLINK, "udp");
  await startServer(lab.server);
  const [a, b] = await Promise.all([startClient(A.client), startClient(B.client)]);
  assert(a.mapping.startsWith(`${A.plan.external}:`), a.mapping);

  await t.step("the first reply comes within a second of the first packet", async () => {
    const ping = await A.client.ping(b.address);
    assert(firstRoundTrip(ping) < 1000, ping.text);
  });

  await t.step("then none of 50 is lost or overtaken, and none passes the server", async () => {
    await using since = await lab.server.capture(UPLINK, "udp");
    const ping = await A.client.ping(b.address, { count: 50, interval: 0.05 });
    assertEquals(ping.received, 50, ping.text);
    const order = ping.replies.map(({ sequence }) => sequence);
    assertEquals(order, order.toSorted((one, other) => one - other));
    await since.stop();
    assertEquals(await since.count("icmpv6.type == 128 or icmpv6.type == 129"), 0);
  });

  await t.step("the way back needs no more than that", async () => {
    const ping = await B.client.ping(a.address, { count: 3 });
    assertEquals(ping.received, 3, ping.text);
  });

  await t.step("packets of the MTU pass whole, larger ones in fragments", async () => {
    for (const size of [1280 - 48, 1400]) {
      const ping = await A.client.ping(b.address, { size });
      assertEquals(ping.received, 1, ping.text);
    }
  });

  await t.step("tshark reads every packet as Teredo and objects to none", async () => {
    for (const capture of [atServer, atClient]) {
      await capture.stop();
      assert(await capture.count("teredo") > 0);
      assertEquals(await capture.count("udp and not teredo"), 0);
      assertEquals(await capture.objections(), "");
    }
  });

  await t.step("all echo requests went straight from NAT to NAT", async () => {
    const own = `icmpv6.type == 128 and ip.src == ${A.plan.client}`;
    const receivers = await atClient.fields(own, "ip.dst");
    assert(receivers.length > 50);
    assertEquals(new Set(receivers.flat()), new Set([B.plan.external]));
  });
}
