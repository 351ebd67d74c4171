/** Ports mapped by miniupnpd, a real server of PCP, NAT-PMP and UPnP, beside the kernel's NAT. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { MAPPING_PROTOCOLS } from "../../portmap/port_mapping.ts";
import { LAB, requires } from "../capabilities.ts";
import { schemaValidator } from "../json_schema.ts";
import { assertAllAnswered } from "./all_answered.ts";
import { denoRun, prefetch } from "./deno_run.ts";
import { createLab } from "./lab.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import { PortMappingRouter } from "./port_mapping_router.ts";
import { prepareTeredo, qualification, startClient, startServer, teredo } from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(...LAB, "nft", "ping", "miniupnpd");

const PORT = 40_000;

const schema = new URL("../../docs/status.schema.json", import.meta.url);
const mistakesOf = schemaValidator(JSON.parse(await Deno.readTextFile(schema)));

/** Starts a client that remembers its mapping, as a service does. */
async function launch(machine: Machine, port: number, mode: string): Promise<LabProcess> {
  const folder = `/run/state-${machine.name}`;
  await machine.run("mkdir", "-p", folder);
  return await machine.spawn(
    ...["env", `STATE_DIRECTORY=${folder}`, ...teredo("client", ADDRESS.serverPrimary)],
    ...["--port", String(port), "--port-mapping", mode, "--log-level", "debug"],
  );
}

/** The report of the client on a machine, which fits the schema. */
async function statusOf(machine: Machine) {
  const { stdout, stderr } = await machine.try(...teredo("status", "--json"));
  const report = JSON.parse(stdout);
  assertEquals(mistakesOf(report), [], stderr);
  return report;
}

for (const protocol of MAPPING_PROTOCOLS) {
  // The conformance items are about UPnP.
  const items = protocol === "upnp" ? "X-06, X-08, port mapping" : "port mapping";
  Deno.test({
    name: needs.title(`${items}: by ${protocol} a peer behind a symmetric NAT gets in`),
    ignore: needs.ignore,
    fn: async (t) => {
      await prepareTeredo();
      await using lab = await createLab({
        A: { by: "kernel", kind: "portRestricted" },
        B: { by: "kernel", kind: "symmetric" },
      });
      const { A, B } = lab.sites;
      await startServer(lab.server);
      const inside = (port: number) => `${port} -> ${A.plan.client}:${port}`;
      await using router = await PortMappingRouter.start(A, [protocol]);

      await t.step("the port is mapped, and status says so", async () => {
        await using client = await launch(A.client, PORT, protocol);
        await client.waitForLog(/Router .* maps its port 83\.1\.2\.1:40000 to this client/);
        assertEquals(await router.mappings(), [inside(PORT)]);
        const { address } = await qualification(client);
        const { portMapping, events } = await statusOf(A.client);
        assert(portMapping.expiresIn > 3_500_000 && portMapping.expiresIn <= 3_600_000);
        assertEquals(
          [portMapping.state, portMapping.protocol, portMapping.external, portMapping.view],
          ["mapped", protocol, "83.1.2.1:40000", "in_use"],
        );
        assertEquals(events["port_mapped"], 1);
        const { stdout } = await A.client.try(...teredo("status"));
        assertMatch(stdout, /Port Mapping +83\.1\.2\.1:40000 by (PCP|NAT-PMP|UPnP), for 1 h/);

        await using peer = (await startClient(B.client, "--port-mapping", "off")).process;
        await assertAllAnswered(B.client, address, { count: 3 });
        await peer.end("SIGTERM");
        await client.end("SIGTERM");
        assertEquals(await router.mappings(), [], "gone after the end");
      });

      await t.step("what a killed client left is removed by the next one", async () => {
        await using killed = await launch(A.client, PORT, protocol);
        await killed.waitForLog(/Router .* maps its port/);
        await killed.end("SIGKILL");
        assertEquals(await router.mappings(), [inside(PORT)], "it could not remove it");
        await using client = await launch(A.client, PORT + 1, protocol);
        await client.waitForLog(/Router .* maps its port 83\.1\.2\.1:40001 to this client/);
        assertEquals(await router.mappings(), [inside(PORT + 1)]);
        await client.end("SIGKILL");
      });

      await t.step("it is taken over by a client that uses the same port", async () => {
        await using client = await launch(A.client, PORT + 1, protocol);
        await client.waitForLog(/Router .* maps its port 83\.1\.2\.1:40001 to this client/);
        assertEquals(await router.mappings(), [inside(PORT + 1)]);
        await client.end("SIGKILL");
      });

      await t.step("switched off, it removes what was left and asks for nothing", async () => {
        await using client = await launch(A.client, PORT + 2, "off");
        await client.waitForLog(/mapping of 83\.1\.2\.1:40001 is removed/);
        assertEquals(await router.mappings(), []);
        const { portMapping } = await statusOf(A.client);
        assertEquals([portMapping.state, portMapping.reason], ["idle", "off"]);
      });

      // By UPnP a restart shows when the mapping is renewed.
      if (protocol !== "upnp") {
        await t.step("a router that restarts has the mapping again at once", async () => {
          await using client = await launch(A.client, PORT + 2, protocol);
          await client.waitForLog(/Router .* maps its port/);
          // No renewal comes sooner after the request before.
          await pause(4000);
          await router.restart();
          await client.waitForLog(/The router restarted, and maps its port/);
          assertEquals(await router.mappings(), [inside(PORT + 2)]);
          await client.end("SIGTERM");
        });
      }

      await t.step("a mapping that lasts twelve seconds is renewed", async () => {
        await prefetch("tests/netns/keep_port_mapped.ts");
        const command = denoRun("tests/netns/keep_port_mapped.ts");
        await using keeper = await A.client.spawn(...command, protocol, String(PORT + 3));
        await keeper.waitForLog(/port_mapped/);
        for (let i = 0; i < 3; i++) {
          await keeper.waitForLog(/port_renewed/, { since: keeper.logLength });
        }
        // Three renewals after six seconds each: without them, it would be gone.
        assertEquals(await router.mappings(), [inside(PORT + 3)]);
        await keeper.end("SIGTERM");
        assertEquals(await router.mappings(), []);
      });
    },
  });
}

Deno.test({
  name: needs.title("port mapping: two symmetric NATs let their clients meet if one maps the port"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({
      A: { by: "kernel", kind: "symmetric" },
      B: { by: "kernel", kind: "symmetric" },
    });
    const { A, B } = lab.sites;
    await startServer(lab.server);
    await using _router = await PortMappingRouter.start(A, ["pcp"]);
    const a = await startClient(A.client);
    await a.process.waitForLog(/Router .* maps its port/);
    const { portMapping } = await statusOf(A.client);
    assertEquals([portMapping.state, portMapping.view], ["mapped", "other_port"]);
    const b = await startClient(B.client, "--port-mapping", "off");
    await assertAllAnswered(B.client, a.address, { count: 3 });
    await assertAllAnswered(A.client, b.address, { count: 3 });
  },
});

Deno.test({
  name: needs.title("port mapping: version 1 of UPnP's Internet Gateway Device works as well"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "kernel", kind: "portRestricted" } });
    const { A } = lab.sites;
    await startServer(lab.server);
    await using router = await PortMappingRouter.start(A, ["upnp"], { igd: 1 });
    await using client = await launch(A.client, PORT, "upnp");
    await client.waitForLog(/Router .* maps its port 83\.1\.2\.1:40000 to this client by UPnP/);
    await router.waitForLog(/service:WANIPConnection:1#AddPortMapping/);
    await client.end("SIGTERM");
    assertEquals(await router.mappings(), []);
  },
});

Deno.test({
  name: needs.title("port mapping: SIGHUP switches it on, over to another protocol, and off"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "kernel", kind: "portRestricted" } });
    const { A } = lab.sites;
    await startServer(lab.server);
    await using router = await PortMappingRouter.start(A, MAPPING_PROTOCOLS);
    const path = "/run/client.yaml";
    const choose = (mode: string) =>
      A.client.run(
        "sh",
        "-c",
        `printf 'server: %s\nport-mapping: "%s"\n' "$1" "$2" >${path}`,
        "sh",
        ADDRESS.serverPrimary,
        mode,
      );
    await choose("off");
    await using client = await A.client.spawn(
      ...teredo("client", "--config", path, "--port", String(PORT), "--log-level", "debug"),
    );
    await qualification(client);
    assertEquals(await router.mappings(), []);
    const changes = [
      ["pcp", /maps its port 83\.1\.2\.1:40000 to this client by PCP/, 1],
      ["upnp", /maps its port 83\.1\.2\.1:40000 to this client by UPnP/, 1],
      ["off", /mapping of 83\.1\.2\.1:40000 is removed by UPnP/, 0],
    ] as const;
    for (const [mode, line, count] of changes) {
      const since = client.logLength;
      await choose(mode);
      client.kill("SIGHUP");
      await client.waitForLog(line, { since });
      assertEquals((await router.mappings()).length, count, mode);
    }
  },
});

Deno.test({
  name: needs.title("port mapping: without one, a peer behind a symmetric NAT does not get in"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({
      A: { by: "kernel", kind: "portRestricted" },
      B: { by: "kernel", kind: "symmetric" },
    });
    const { A, B } = lab.sites;
    await startServer(lab.server);
    await using _router = await PortMappingRouter.start(A, MAPPING_PROTOCOLS);
    const { address } = await startClient(A.client, "--port-mapping", "off");
    await startClient(B.client, "--port-mapping", "off");
    assertEquals((await B.client.ping(address, { count: 3 })).received, 0);
  },
});

Deno.test({
  name: needs.title("port mapping: a port that leads to another host is left alone"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "kernel", kind: "portRestricted" } });
    const { A } = lab.sites;
    await startServer(lab.server);
    const neighbour = await lab.addNeighbour("A");
    await using router = await PortMappingRouter.start(A, MAPPING_PROTOCOLS, { lan: "lan" });
    await prefetch("tests/netns/keep_port_mapped.ts");
    const command = denoRun("tests/netns/keep_port_mapped.ts");
    await using theirs = await neighbour.spawn(...command, "upnp", String(PORT));
    await theirs.waitForLog(/port_mapped/);
    for (const protocol of MAPPING_PROTOCOLS) {
      await using client = await launch(A.client, PORT, protocol);
      const [, port] = await client.waitForLog(/Router .* maps its port 83\.1\.2\.1:(\d+) to/);
      assert(port !== String(PORT));
      await client.end("SIGTERM");
      assertEquals(await router.mappings(), [`${PORT} -> ${A.plan.neighbour}:${PORT}`], protocol);
    }
  },
});
