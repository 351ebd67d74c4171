/** `teredo probe` through every kind of NAT, against our server and Miredo's. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { startMiredoServer } from "./miredo.ts";
import { ADDRESS } from "./plan.ts";
import { prepareTeredo, startServer, teredo } from "./teredo.ts";

const SERVERS: Readonly<Record<string, (machine: Machine) => Promise<LabProcess>>> = {
  "our server": startServer,
  "miredo-server": startMiredoServer,
};

/** What is said of the NAT of each site. */
const SITES = [
  { name: "Cone", nat: "full_cone", mapping: "endpoint_independent" },
  { name: "Addr", nat: "address_restricted", mapping: "endpoint_independent" },
  { name: "Port", nat: "port_restricted", mapping: "endpoint_independent" },
  { name: "Kern", nat: "port_restricted", mapping: "endpoint_independent" },
  { name: "Sym", nat: "symmetric", mapping: "destination_dependent" },
  { name: "Open", nat: "none", mapping: "endpoint_independent" },
] as const;

async function probe(machine: Machine, ...args: string[]) {
  const { code, stdout, stderr } = await machine.try(...teredo("probe", ...args));
  return { code, stdout, stderr };
}

for (const [title, start] of Object.entries(SERVERS)) {
  const commands = title === "miredo-server" ? ["miredo-server"] as const : [];
  const needs = requires(...LAB, "nft", ...commands);
  Deno.test({
    name: needs.title(`probe names each kind of NAT right with ${title}`),
    ignore: needs.ignore,
    fn: async (t) => {
      await prepareTeredo();
      await using lab = await createLab({
        Cone: { by: "user", kind: "cone" },
        Addr: { by: "user", kind: "addressRestricted" },
        Port: { by: "user", kind: "portRestricted" },
        Kern: { by: "kernel", kind: "portRestricted" },
        Sym: { by: "user", kind: "symmetric" },
        Open: "no NAT",
      });
      await start(lab.server);
      for (const { name, nat, mapping } of SITES) {
        await t.step(`${name}: ${nat}`, async () => {
          const { client, plan } = lab.sites[name];
          const { code, stdout, stderr } = await probe(client, ADDRESS.serverPrimary, "--json");
          assertEquals(code, 0, stderr);
          const report = JSON.parse(stdout);
          const [server] = report.servers;
          assertEquals([report.schema, report.nat, server.nat.mapping], [1, nat, mapping], stdout);
          assertEquals([server.qualifies, report.recommended], [true, ADDRESS.serverPrimary]);
          assert(server.nat.externalMapping.startsWith(`${plan.external}:`), stdout);
          assert(server.roundTrip.primary > 0, stdout);
          assert(server.address.startsWith("2001:0:5301:101:"), stdout);
        });
      }
    },
  });
}

const needs = requires(...LAB);

Deno.test({
  name: needs.title("probe: what is wrong has a remedy, and a code of its own"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({ Port: { by: "user", kind: "portRestricted" } });
    const { client } = lab.sites.Port;

    await t.step("a silent server", async () => {
      const { code, stdout, stderr } = await probe(client, ADDRESS.relay, "--timeout", "1");
      assertEquals([code, stderr], [
        3,
        "teredo: The server does not work from here: see the report\n",
      ]);
      assertMatch(stdout, /FAIL {2}primary address {4}83\.1\.3\.1 rejects UDP to its port 3544/);
      assertStringIncludes(unwrapped(stdout), "Most likely no Teredo server runs there");
      assertStringIncludes(stdout, "Recommended: none of these servers");
    });

    await startServer(lab.server);
    await t.step("a name that does not resolve, beside a server that can be used", async () => {
      const { code, stdout } = await probe(client, "no-such-host.invalid", ADDRESS.serverPrimary);
      assertEquals(code, 0, stdout);
      assertMatch(stdout, /FAIL {2}name {15}Cannot resolve "no-such-host\.invalid"/);
      assertMatch(
        stdout,
        /NAT: port-restricted cone\nRecommended: 83\.1\.1\.1, which answered in /,
      );
    });

    await t.step("a wrong secondary address", async () => {
      const hosts = `${ADDRESS.serverPrimary},${ADDRESS.relay}`;
      const { code, stdout } = await probe(client, hosts, "--timeout", "1");
      assertEquals(code, 0);
      assertMatch(stdout, /NOTE {2}secondary address {2}83\.1\.3\.1 does not answer/);
      assertStringIncludes(unwrapped(stdout), "name it: 83.1.1.1,SECONDARY");
    });

    await t.step("the primary and the secondary address in the wrong order", async () => {
      const hosts = `${ADDRESS.serverSecondary},${ADDRESS.serverPrimary}`;
      const { code, stdout } = await probe(client, hosts, "--timeout", "1");
      assertEquals(code, 3);
      assertStringIncludes(unwrapped(stdout), "It answers on behalf of another server");
    });

    await t.step("a mapping's lifetime, within the time that is given", async () => {
      const { code, stdout, stderr } = await probe(
        client,
        ...[ADDRESS.serverPrimary, "--refresh", "6", "--json"],
      );
      assertEquals(code, 0, stdout);
      assertStringIncludes(stderr, "this takes up to 6 s");
      assertEquals(JSON.parse(stdout).servers[0].nat.refresh, { held: 6000, lost: null });
    });
  },
});

/** Text without its line breaks. */
function unwrapped(text: string): string {
  return text.replace(/\s+/g, " ");
}
