/** A client whose host moves: to other networks, to other servers, and to native IPv6 and back. */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { UPLINK } from "./nat_router.ts";
import { ADDRESS } from "./plan.ts";
import {
  launchClient,
  prepareTeredo,
  qualification,
  startClient,
  startServer,
  teredo,
} from "./teredo.ts";

const needs = requires(...LAB);

/** Native IPv6 as a router of a provider would announce it. */
const NATIVE_ADDRESS = `-6 addr add 2a00:2::7/64 dev ${UPLINK} nodad`;
const NATIVE_ROUTE = `-6 route add default via fe80::1 dev ${UPLINK} metric 3003`;

/** Shorter than the 22 seconds after which a client asks its server anyway. */
const AT_ONCE = { timeout: 5_000 } as const;

/** The Teredo addresses and default routes of a machine. */
async function teredoOf(machine: Machine): Promise<string> {
  const addresses = await machine.ip("-6 -o addr show to 2001::/32");
  const routes = await machine.ip("-6 route show default");
  return addresses + routes.split("\n").filter((line) => line.includes("dev teredo")).join("\n");
}

Deno.test({
  name: needs.title("roaming: C-01: beside native IPv6 a client does not start, unless forced"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    const { client } = lab.sites.A;
    await startServer(lab.server);

    await t.step(
      "unique local addresses, and native ones without a way out, do not count",
      async () => {
        await client.ip(`-6 addr add fd00::7/64 dev ${UPLINK} nodad`);
        await client.ip(NATIVE_ADDRESS);
        const { process } = await startClient(client);
        await process.end("SIGTERM");
      },
    );

    await client.ip(NATIVE_ROUTE);
    await t.step("a native address with a way out does", async () => {
      const resting = await launchClient(client);
      await resting.waitForLog(/Disabled: native IPv6 present/, AT_ONCE);
      assertStringIncludes(
        resting.log,
        `This host has IPv6 without Teredo: 2a00:2::7 on interface ${UPLINK} leads to the IPv6 Internet`,
      );
      assertStringIncludes(resting.log, "--force");
      assertEquals(await teredoOf(client), "");
      await client.ip(NATIVE_ROUTE.replace("add", "del"));
      await qualification(resting);
      await client.ip(NATIVE_ROUTE);
      assertEquals((await resting.end("SIGTERM")).code, 0, resting.log);
    });

    await t.step("unless --force is given", async () => {
      const { process } = await startClient(client, "--force");
      await process.end("SIGTERM");
    });
  },
});

Deno.test({
  name: needs.title("roaming: C-01: a client makes way for native IPv6 and comes back after it"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    const { client } = lab.sites.A;
    await startServer(lab.server);
    const { process, address } = await startClient(client);
    assertStringIncludes(await teredoOf(client), address);

    await client.ip(NATIVE_ADDRESS);
    await client.ip(NATIVE_ROUTE);
    await process.waitForLog(/2a00:2::7 on interface up0 leads to the IPv6 Internet/, AT_ONCE);
    await process.waitForLog(/Disabled: native IPv6 present; 2001:0:\S+ is given up/, AT_ONCE);
    assertEquals(await teredoOf(client), "");

    const since = process.logLength;
    await client.ip(NATIVE_ROUTE.replace("add", "del"));
    await process.waitForLog(/Native IPv6 is gone/, { ...AT_ONCE, since });
    assertEquals((await qualification(process, since)).address, address);
    assertStringIncludes(await teredoOf(client), address);
    assertEquals((await process.end("SIGTERM")).code, 0, process.log);
  },
});

Deno.test({
  name: needs.title("roaming: another IPv4 address is noticed at once, and the mapping with it"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "user", kind: "portRestricted" } });
    const { client, plan } = lab.sites.A;
    await startServer(lab.server);
    const { process, mapping } = await startClient(client);
    const since = process.logLength;
    await client.ip(`addr del ${plan.client}/24 dev ${UPLINK}`);
    await client.ip(`addr add 192.168.1.99/24 dev ${UPLINK}`);
    await client.ip(`route replace default via ${plan.gateway}`);
    await process.waitForLog(/The network changed: asking the server/, { ...AT_ONCE, since });
    const [, moved] = await process.waitForLog(
      /The mapping changed: .* seen from outside as (\S+),/,
      { ...AT_ONCE, since },
    );
    assert(moved !== mapping);
  },
});

Deno.test({
  name: needs.title(
    "roaming: a rule that turns packets to the server another way is noticed at once",
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    const { client } = lab.sites.A;
    await startServer(lab.server);
    const { process } = await startClient(client);
    const since = process.logLength;
    await client.ip(`addr add 83.1.77.7/8 dev ${UPLINK}`);
    await client.ip(`route add 83.0.0.0/8 dev ${UPLINK} src 83.1.77.7 table 77`);
    await client.ip("rule add to 83.1.1.0/24 lookup 77");
    const [, mapping] = await process.waitForLog(
      /The mapping changed: .* seen from outside as (\S+),/,
      { ...AT_ONCE, since },
    );
    const { localMapping } = JSON.parse(await client.run(...teredo("status", "--json")));
    assertEquals([localMapping, mapping!.split(":")[0]], [mapping, "83.1.77.7"]);
  },
});

Deno.test({
  name: needs.title("roaming: when the preferred server is silent the next one is asked"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    await startServer(lab.server);
    const process = await lab.sites.A.client.spawn(
      ...teredo("client", "83.1.1.77", ADDRESS.serverPrimary),
    );
    await process.waitForLog(/Asking server 83\.1\.1\.77 for an address/);
    await process.waitForLog(/83\.1\.1\.77 does not answer\. .* Trying the next server/);
    await process.waitForLog(/Asking server 83\.1\.1\.1 for an address/);
    const { address } = await qualification(process);
    assert(address.startsWith("2001:0:5301:101:"));
  },
});

Deno.test({
  name: needs.title("C-15: the service port is random by default, and fixed by --port"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    const { client } = lab.sites.A;
    await startServer(lab.server);
    const ports = new Set<string>();
    for (const options of [[], [], [], ["--port", "40000"]]) {
      const { process, mapping } = await startClient(client, ...options);
      ports.add(mapping.split(":")[1]!);
      await process.end("SIGTERM");
    }
    assertEquals(ports.size, 4);
    assertEquals([...ports].at(-1), "40000");
  },
});

Deno.test({
  name: needs.title(
    "a client whose service has a state folder has the same address after a restart",
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    await startServer(lab.server);
    const folder = await Deno.makeTempDir();
    const start = async () => {
      const process = await lab.sites.A.client.spawn(
        ...["env", `STATE_DIRECTORY=${folder}`],
        ...teredo("client", ADDRESS.serverPrimary),
      );
      const { address } = await qualification(process);
      assertEquals((await process.end("SIGTERM")).code, 0, process.log);
      return address;
    };
    const first = await start();
    assertEquals(await start(), first);
    await Deno.remove(`${folder}/client-address.json`);
    assertNotEquals(await start(), first);
  },
});
