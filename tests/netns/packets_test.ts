import { assert, assertEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { assertAllAnswered } from "./all_answered.ts";
import { createLab, NATIVE } from "./lab.ts";
import { UPLINK } from "./nat_router.ts";
import { ADDRESS } from "./plan.ts";
import { prepareTeredo, startClient, startServer } from "./teredo.ts";

const needs = requires(...LAB, "root", "nft", "ping", ...["tcpdump", "tshark"] as const);

Deno.test({
  name: needs.title("packets: what our server and clients send, as seen on the wire"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({
      A: { by: "kernel", kind: "portRestricted" },
      B: { by: "user", kind: "portRestricted" },
    });
    const { A, B } = lab.sites;
    await using atServer = await lab.server.capture(UPLINK, "udp");
    await using atNative = await lab.server.capture(NATIVE, "icmp6");
    await using atClient = await A.client.capture(UPLINK, "udp");
    await startServer(lab.server);
    // What routers are asked is not Teredo.
    const [a, b] = await Promise.all([
      startClient(A.client, "--port-mapping", "off"),
      startClient(B.client, "--port-mapping", "off"),
    ]);

    await assertAllAnswered(A.client, b.address, { count: 20, interval: 0.05 });
    for (const size of [0, 1280 - 48, 1400]) {
      const back = await B.client.ping(a.address, { size });
      assert(back.received === 1, back.text);
    }
    // Nobody relays here: only the connectivity test is to be seen.
    await A.client.ping(ADDRESS.native, { wait: 1 });
    for (const capture of [atServer, atNative, atClient]) await capture.stop();

    // Its heuristic knows Teredo by the length of what is in it, and so takes no bubble with a
    // trailer of RFC 6081 (46 octets with a nonce) for one. It reads those because captures are
    // told to decode as Teredo.
    await t.step("tshark reads every packet as Teredo and objects to none", async () => {
      for (const capture of [atServer, atClient]) {
        assert(await capture.count("teredo") > 0);
        assertEquals(await capture.count("udp and not teredo"), 0);
        assertEquals(await capture.objections(), "");
      }
    });

    await t.step("echo requests to a peer go straight from NAT to NAT", async () => {
      const own = `icmpv6.type == 128 and ip.src == ${A.plan.client} and ipv6.dst == ${b.address}` +
        // Of those that are sent while answers are late.
        " and icmpv6.echo.sequence_number <= 20";
      const receivers = await atClient.fields(own, "ip.dst");
      // A client that is late hands several to the kernel at once, which tcpdump sees as one.
      assert(receivers.length > 0 && receivers.length <= 20, String(receivers.length));
      assertEquals(new Set(receivers.flat()), new Set([B.plan.external]));
      assertEquals(await atServer.count(`icmpv6.type == 128 and ipv6.dst == ${b.address}`), 0);
    });

    await t.step("the server hands the connectivity test to native IPv6 as it came", async () => {
      const test = `icmpv6.type == 128 and ipv6.src == ${a.address}`;
      assert(await atNative.count(`${test} and ipv6.dst == ${ADDRESS.native}`) > 0);
      assertEquals(await atNative.objections("icmpv6"), "");
    });
  },
});
