/**
 * Firewalls of the kernel: the one before a client's services, and one of the host in a gateway's
 * way.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { assertAllAnswered } from "./all_answered.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import { prepareTeredo, startClient, startServer, teredo } from "./teredo.ts";

const needs = requires(...LAB, "root", "ping", "nft");

const NAT = { by: "user", kind: "portRestricted" } as const;

/** Listens on a port, and says so. */
const LISTEN = (port: number) =>
  `const l = Deno.listen({ hostname: "::", port: ${port} }); console.log("listening"); ` +
  "for await (const c of l) c.close();";

/** Whether a TCP connection can be made within two seconds. */
async function connects(from: Machine, address: string, port: number): Promise<boolean> {
  const script = `await Deno.connect({ hostname: "${address}", port: ${port} })`;
  const { code } = await from.try("timeout", "2", Deno.execPath(), "eval", script);
  return code === 0;
}

Deno.test({
  name: needs.title(
    "client --firewall lets in answers, pings and the services that it names, nothing else",
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: NAT, B: NAT });
    const { A, B } = lab.sites;
    await using _server = await startServer(lab.server);
    const a = await startClient(A.client);
    await using _a = a.process;
    const b = await startClient(B.client, "--firewall", "tcp/7001");
    await using process = b.process;
    for (const port of [7001, 7002]) {
      const listener = await B.client.spawn(Deno.execPath(), "eval", LISTEN(port));
      await listener.waitForLog(/listening/);
    }
    await assertAllAnswered(A.client, b.address, { count: 3 });
    await assertAllAnswered(B.client, a.address, { count: 3 });
    assert(await connects(A.client, b.address, 7001), "a service that is named");
    assertEquals(await connects(A.client, b.address, 7002), false, "another service");
    const status = JSON.parse(await B.client.run(...teredo("status", "client", "--json")));
    assert(status.drops.firewall > 0, JSON.stringify(status.drops));
    await process.end("SIGTERM");
    assertEquals(await B.client.run("nft", "list", "tables"), "");
  },
});

Deno.test({
  name: needs.title("a gateway names the chain of the host's firewall that drops what it forwards"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({});
    await lab.server.run(
      "nft",
      "table inet host { chain forward { type filter hook forward priority filter; policy drop; }; }",
    );
    await using gateway = await lab.server.spawn(
      ...teredo("server", "--gateway", "--gateway-for", "all", "--primary", ADDRESS.serverPrimary),
    );
    await gateway.waitForLog(/Serving on/);
    assertStringIncludes(gateway.log, "chain forward of table inet host");
  },
});
