/** `teredo status` and `teredo ping` beside running roles, in the lab. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { schemaValidator } from "../json_schema.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import type { Outcome } from "./sandbox.ts";
import {
  launchClient,
  prepareTeredo,
  startClient,
  startRelay,
  startServer,
  teredo,
} from "./teredo.ts";

const needs = requires(...LAB);

const schema = new URL("../../docs/status.schema.json", import.meta.url);
const mistakesOf = schemaValidator(JSON.parse(await Deno.readTextFile(schema)));

async function ask(machine: Machine, ...args: string[]): Promise<Outcome> {
  return await machine.try(...teredo(...args));
}

/** The report of the one role that runs on a machine, which fits the schema. */
async function statusOf(machine: Machine) {
  const { code, stdout, stderr } = await ask(machine, "status", "--json");
  const report = JSON.parse(stdout);
  assertEquals(mistakesOf(report), [], stderr);
  return { code, report };
}

Deno.test({
  name: needs.title("status: each role tells what it is at, and ping tells each answer's path"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({
      A: { by: "user", kind: "portRestricted" },
      B: { by: "user", kind: "cone" },
    });
    const { A, B } = lab.sites;

    await t.step("nothing runs", async () => {
      const { code, stdout, stderr } = await ask(A.client, "status");
      assertEquals([code, stdout], [3, ""]);
      assertStringIncludes(stderr, "Teredo is not running here");
    });

    await t.step("a client without a server qualifies, and then is off-line", async () => {
      await using process = await launchClient(A.client);
      await process.waitForLog(/Asking server/);
      const { code, report } = await statusOf(A.client);
      assertEquals([code, report.state, report.ready], [3, "qualifying", false]);
      await process.waitForLog(/Off-line/);
      const later = await statusOf(A.client);
      assertEquals([later.code, later.report.state], [3, "offline"]);
      assertEquals(later.report.offline.reason, "no_reply_from_primary");
      const ping = await ask(A.client, "ping", ADDRESS.native);
      assertEquals(ping.code, 3);
      assertMatch(ping.stdout, /^Nothing was sent: the client has no address\n/);
    });

    await using _server = await startServer(lab.server);
    await using _relay = await startRelay(lab.relay);
    await using a = (await startClient(A.client)).process;
    const b = await startClient(B.client);

    await t.step("the client is qualified", async () => {
      const { code, report } = await statusOf(A.client);
      assertEquals([code, report.role, report.state], [0, "client", "qualified"]);
      assertEquals(report.server.primary, ADDRESS.serverPrimary);
      assertEquals(report.interface, "teredo");
      assertEquals(report.localMapping.split(":")[0], A.plan.client);
      assertEquals(report.externalMapping.split(":")[0], A.plan.external);
      assertEquals(report.nat, "restricted");
      assertEquals(report.events.qualified, 1);
      const text = await ask(A.client, "status");
      assertMatch(text.stdout, /^Teredo client: qualified\n/);
      assertEquals(text.code, 0);
    });

    await t.step("the server and the relay are at work", async () => {
      const { code, report } = await statusOf(lab.server);
      assertEquals([code, report.role, report.state], [0, "server", "serving"]);
      assert(report.served.solicitationsAnswered >= 4);
      const relay = await statusOf(lab.relay);
      assertEquals([relay.code, relay.report.role, relay.report.state], [0, "relay", "relaying"]);
    });

    await t.step("ping: another client answers directly", async () => {
      const { code, stdout, stderr } = await ask(A.client, "ping", b.address, "-c", "2");
      assertEquals(code, 0, stderr);
      const [first, second, summary] = stdout.trim().split("\n");
      for (const line of [first!, second!]) {
        assertMatch(line, /^Answer from 2001:0:\S+ in [\d.]+ ms, direct \(83\.1\.2\.2:\d+\)$/);
      }
      assertMatch(summary!, /^2 of 2 answered; at least [\d.]+ ms/);
      const { report } = await statusOf(A.client);
      assertEquals(report.peers.map(({ path }: { path: string }) => path), ["direct"]);
    });

    await t.step("ping: a native host answers through its relay", async () => {
      const { code, stdout } = await ask(A.client, "ping", ADDRESS.native, "-c", "1", "--json");
      const { outcome, path, mapping } = JSON.parse(stdout);
      assertEquals([code, outcome, path], [0, "answered", "relay"]);
      assertEquals(mapping.split(":")[0], ADDRESS.relay);
      const { report } = await statusOf(lab.relay);
      assertEquals(report.peerCount.direct, 1);
    });

    await t.step("ping: who is not there cannot be reached", async () => {
      const { code, stdout, stderr } = await ask(A.client, "ping", "2a00:1::99", "-c", "1");
      assertEquals(code, 1);
      assertMatch(
        stdout,
        /^(No answer from 2a00:1::99 within 10 s: it has not been found yet|2a00:1::99 cannot)/,
      );
      assertMatch(stderr, /2a00:1::99 did not answer/);
      // Another native host has answered, so server and relay are not the cause.
      assertMatch(stdout, /This means +The server works, so this host is down/);
    });

    await t.step(
      "ping: a peer that is not there, or whose server is not, is explained",
      async () => {
        const pings = await Promise.all(
          ["2001:0:5301:101::acfe:fd01", "2001:0:5301:909::acfe:fd02"].map(async (address) => {
            const { code, stdout } = await ask(A.client, "ping", address, "-c", "1", "--json");
            const { outcome, explanation } = JSON.parse(stdout);
            return [code, outcome === "answered", explanation.cause];
          }),
        );
        assertEquals(pings, [[1, false, "peer_silent"], [1, false, "peer_server_silent"]]);
      },
    );

    await t.step("a second client is refused with one message", async () => {
      const { code, stderr } = await ask(
        ...[A.client, "client", ADDRESS.serverPrimary, "--interface", "other"] as const,
      );
      assertEquals(code, 1);
      assertStringIncludes(stderr, "teredo: Cannot run a second client: one is running");
      assertEquals(stderr.trim().split("\n").length, 1, stderr);
    });

    await t.step(
      "the socket of a killed client is replaced, and goes with a clean end",
      async () => {
        await a.end("SIGKILL");
        assertEquals((await ask(A.client, "status")).code, 3);
        const again = await startClient(A.client);
        const { code, report } = await statusOf(A.client);
        assertEquals([code, report.state], [0, "qualified"]);
        await again.process.end("SIGTERM");
        const sockets = await A.client.run("sh", "-c", "ls /run/teredo/*/*");
        assertEquals(sockets.trim().split("\n").length, 3, `of server, relay and B: ${sockets}`);
      },
    );
  },
});
