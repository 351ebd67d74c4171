/** What a client does only when it is asked to, as packets on the wire show it. */
import { assert, assertEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import { UPLINK } from "./nat_router.ts";
import { ADDRESS } from "./plan.ts";
import { prepareTeredo, startClient, startServer } from "./teredo.ts";

const needs = requires(...LAB, "ping", "tcpdump", "tshark");

Deno.test({
  name: needs.title("C-42, C-47: a client announces itself and tries intervals only if asked to"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({
      A: { by: "user", kind: "portRestricted" },
      B: { by: "user", kind: "portRestricted" },
    });
    const { A, B } = lab.sites;
    await using atA = await A.client.capture(UPLINK, "udp");
    await using atB = await B.client.capture(UPLINK, "udp");
    await startServer(lab.server);
    const options = ["--local-discovery", "--determine-refresh", "--port", "40000"];
    const asked = await startClient(A.client, ...options);
    const other = await startClient(B.client);
    await lab.server.ping(ADDRESS.serverSecondary);
    for (const { process } of [asked, other]) await process.end("SIGTERM");
    await atA.stop();
    await atB.stop();

    const toGroup = "ip.dst == 224.0.0.253";
    assertEquals(
      await atA.fields(toGroup, "ip.ttl", "ipv6.hlim", "udp.srcport", "udp.dstport", "ipv6.dst"),
      [["1", "1", "40000", "3544", "ff02::1"]],
    );
    assertEquals(await atB.count(toGroup), 0);

    const solicitations = "icmpv6.type == 133";
    const ports = await atA.fields(solicitations, "udp.srcport");
    assertEquals(ports.flat().slice(0, 2), ["40000", "40000"], "the service port comes first");
    assert(ports.flat().slice(2).every((port) => port !== "40000"), ports.join());
    assert(ports.length > 2);
    assertEquals(new Set((await atB.fields(solicitations, "udp.srcport")).flat()).size, 1);
  },
});
