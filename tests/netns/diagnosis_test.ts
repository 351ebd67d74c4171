/** `teredo diagnose` on set-ups that were broken on purpose: it names the cause, and no other one. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import {
  launchClient,
  prepareTeredo,
  startClient,
  startRelay,
  startServer,
  teredo,
} from "./teredo.ts";

const needs = requires(...LAB);

interface Finding {
  readonly check: string;
  readonly result: string;
  readonly detail: string;
  readonly remedy: string | null;
}

/** What failed, and the exit code. */
async function diagnose(machine: Machine, ...args: string[]) {
  const { code, stdout, stderr } = await machine.try(...teredo("diagnose", "--json", ...args));
  assert(stdout !== "", stderr);
  const { checks, ping } = JSON.parse(stdout) as {
    checks: Finding[];
    ping: { cause: string } | null;
  };
  const failed = checks.filter(({ result }) => result === "FAIL");
  return { code, failed: failed.map(({ check }) => check), checks, ping, stdout };
}

Deno.test({
  name: needs.title("diagnose: each cause is named, and nothing else is blamed"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "user", kind: "portRestricted" } });
    const { client } = lab.sites.A;

    await t.step("nothing runs, and no server is named", async () => {
      const { code, failed, checks } = await diagnose(client);
      assertEquals([code, failed], [0, []]);
      assertStringIncludes(checks[0]!.detail, "not running");
    });
    await t.step("a silent server", async () => {
      const { code, failed } = await diagnose(client, "--server", ADDRESS.serverPrimary);
      assertEquals([code, failed], [1, ["primary address"]]);
    });
    await t.step("a client whose server is silent", async () => {
      await using process = await launchClient(client);
      await process.waitForLog(/Off-line/);
      assertEquals((await diagnose(client)).failed, ["client", "primary address"]);
    });

    await using _server = await startServer(lab.server);
    await using _relay = await startRelay(lab.relay);
    await using _client = (await startClient(client)).process;

    await t.step("all is well, and a native host answers", async () => {
      const { code, failed, stdout } = await diagnose(client, ADDRESS.native);
      assertEquals([code, failed], [0, []], stdout);
    });
    await t.step("a native host that is not there, and a bundle", async () => {
      const bundle = await Deno.makeTempDir() + "/report.json";
      const { code, failed, ping } = await diagnose(client, "2a00:1::99", "--bundle", bundle);
      assertEquals([code, failed, ping?.cause], [1, ["peer"], "host_silent"]);
      const { client: shown } = JSON.parse(await Deno.readTextFile(bundle));
      assertEquals([shown.state, "peers" in shown], ["qualified", false]);
      const again = await client.try(...teredo("diagnose", "--bundle", bundle));
      assertStringIncludes(again.stderr, `Cannot write the bundle ${bundle}`);
    });
    await t.step("a route that wins", async () => {
      await client.ip("-6 route add unreachable 2001::/32 metric 1");
      const { code, failed } = await diagnose(client);
      assertEquals([code, failed.includes("route to clients")], [1, true]);
      await client.ip("-6 route del unreachable 2001::/32 metric 1");
    });
    await t.step("a peer that is not there", async () => {
      const { failed, ping } = await diagnose(client, "2001:0:5301:101::acfe:fd01");
      assertEquals([failed, ping?.cause], [["peer"], "peer_silent"]);
    });
  },
});
