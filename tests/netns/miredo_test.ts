import { assert, assertEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { assertAllAnswered } from "./all_answered.ts";
import { createLab, NATIVE } from "./lab.ts";
import { startMiredoClient, startMiredoRelay, startMiredoServer } from "./miredo.ts";
import { firstRoundTrip } from "./ping.ts";
import { ADDRESS } from "./plan.ts";
import { UPLINK } from "./nat_router.ts";
import { prepareTeredo, startClient, startServer } from "./teredo.ts";

const needs = requires(
  ...LAB,
  "root",
  "nft",
  "ping",
  ...["tcpdump", "tshark", "miredo", "miredo-server"] as const,
);

Deno.test({
  name: needs.title("Miredo: its clients and relay work with our server and client"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({
      A: { by: "kernel", kind: "portRestricted" },
      B: { by: "kernel", kind: "portRestricted" },
      C: { by: "user", kind: "portRestricted" },
    });
    const { A, B, C } = lab.sites;
    await using atServer = await lab.server.capture(UPLINK, "udp");
    await startServer(lab.server);
    await startMiredoRelay(lab.relay);
    const [theirs, ours, unmet] = await Promise.all([
      startMiredoClient(A.client),
      startClient(B.client),
      startClient(C.client),
    ]);

    await t.step("Miredo's client pings ours", async () => {
      const ping = await assertAllAnswered(A.client, ours.address, { count: 10 });
      assert(firstRoundTrip(ping) < 1000, ping.text);
    });
    await t.step("our client pings Miredo's", async () => {
      const ping = await assertAllAnswered(C.client, theirs.address, { count: 10 });
      assert(firstRoundTrip(ping) < 1000, ping.text);
    });
    await t.step("our client pings a native host, our server carries the first echo", async () => {
      await using native = await lab.server.capture(NATIVE, "icmp6");
      await assertAllAnswered(B.client, ADDRESS.native, { count: 10 });
      await native.stop();
      assert(await native.count(`icmpv6.type == 128 and ipv6.dst == ${ADDRESS.native}`) > 0);
    });
    await t.step("a native host pings our client", async () => {
      // One that the relay has not met yet.
      await assertAllAnswered(lab.native, unmet.address, { count: 10 });
    });
    await t.step("tshark objects to nothing at the server", async () => {
      await atServer.stop();
      assertEquals(await atServer.count("udp and not teredo"), 0);
      assertEquals(await atServer.objections(), "");
    });
  },
});

Deno.test({
  name: needs.title("Miredo: our client works with its server, clients and relay"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({
      A: { by: "kernel", kind: "portRestricted" },
      B: { by: "kernel", kind: "portRestricted" },
    });
    const { A, B } = lab.sites;
    await startMiredoServer(lab.server);
    await startMiredoRelay(lab.relay);
    const [theirs] = await Promise.all([startMiredoClient(A.client), startClient(B.client)]);

    await t.step("our client pings Miredo's", async () => {
      const ping = await assertAllAnswered(B.client, theirs.address, { count: 10 });
      assert(firstRoundTrip(ping) < 1000, ping.text);
    });
    await t.step("our client pings a native host", async () => {
      await assertAllAnswered(B.client, ADDRESS.native, { count: 10 });
    });
  },
});
