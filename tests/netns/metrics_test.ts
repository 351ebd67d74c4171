/** The metrics of each role, scraped by a real Prometheus on the loopback interface. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { findCommand, LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { prepareTeredo, startClient, startRelay, startServer } from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(...LAB, "ping", "curl", ...["prometheus", "promtool"] as const);

/** Where each role serves its metrics; each has a loopback interface of its own. */
const METRICS = "127.0.0.1:9641";

/** How often Prometheus is asked until it has seen what it must, a second apart. */
const TIMEOUT = 60;

async function get(machine: Machine, path: string): Promise<{ status: string; body: string }> {
  const format = "\n%{http_code}";
  const url = `http://${METRICS}${path}`;
  const stdout = await machine.run("curl", "-s", "--max-time", "10", "-w", format, url);
  const end = stdout.lastIndexOf("\n");
  return { status: stdout.slice(end + 1), body: stdout.slice(0, end) };
}

/** The value that Prometheus has of a metric, if it has one. */
async function valueOf(machine: Machine, query: string): Promise<number | undefined> {
  const url = `http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(query)}`;
  const { code, stdout } = await machine.try("curl", "-s", "--max-time", "10", url);
  if (code !== 0 || !stdout.startsWith("{")) return undefined;
  const [result] = JSON.parse(stdout).data?.result ?? [];
  return result === undefined ? undefined : Number(result.value[1]);
}

/** Asks Prometheus until its value is as it must be. */
async function waitForValue(
  machine: Machine,
  query: string,
  isFine: (value: number) => boolean,
): Promise<number> {
  let value: number | undefined;
  for (let i = 0; i < TIMEOUT; i++) {
    value = await valueOf(machine, query);
    if (value !== undefined && isFine(value)) return value;
    await pause(1000);
  }
  throw new Error(`Prometheus says ${value} of ${query}`);
}

/** What promtool has against a role's metrics. */
async function complaints(machine: Machine): Promise<string> {
  const script = `curl -s http://${METRICS}/metrics | "$0" check metrics`;
  const { code, stdout, stderr } = await machine.try("sh", "-c", script, findCommand("promtool")!);
  return code === 0 ? stdout + stderr : `code ${code}: ${stdout}${stderr}`;
}

Deno.test({
  name: needs.title("metrics: Prometheus scrapes a server, and promtool likes what each role says"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    const folder = await Deno.makeTempDir();
    try {
      await using _server = await startServer(lab.server, "--metrics", METRICS);
      await Deno.writeTextFile(
        `${folder}/prometheus.yml`,
        `global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs: [{job_name: teredo, static_configs: [{targets: ["${METRICS}"]}]}]\n`,
      );
      await using _prometheus = await lab.server.spawn(
        findCommand("prometheus")!,
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        "--web.listen-address=127.0.0.1:9090",
      );

      await t.step("it is up, and the counter rises with traffic", async () => {
        await waitForValue(lab.server, 'up{job="teredo"}', (up) => up === 1);
        const answered = "teredo_server_solicitations_answered_total";
        const before = await waitForValue(lab.server, answered, () => true);
        const { client } = lab.sites.A;
        await using _client = (await startClient(client, "--metrics", METRICS)).process;
        await waitForValue(lab.server, answered, (now) => now >= before + 2);

        assertEquals(await complaints(client), "");
        const { body } = await get(client, "/metrics");
        assertStringIncludes(body, "\nteredo_client_qualifications_total 1\n");
        assertStringIncludes(body, '\nteredo_client_state{state="qualified"} 1\n');
        const ready = await get(client, "/ready");
        assertEquals([ready.status, JSON.parse(ready.body).ready], ["200", true]);
      });

      await t.step("drops are counted by reason", async () => {
        const before = await valueOf(lab.server, "sum(teredo_drops_total)") ?? 0;
        const { client } = lab.sites.A;
        await client.run("bash", "-c", "echo nonsense >/dev/udp/83.1.1.1/3544");
        await waitForValue(lab.server, "sum(teredo_drops_total)", (now) => now > before);
        assertEquals(await complaints(lab.server), "");
        assertMatch(
          (await get(lab.server, "/metrics")).body,
          /teredo_drops_total\{reason="\w+"\} 1\n/,
        );
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }

    await t.step(
      "a relay's are fine too, and who does not listen on loopback is warned",
      async () => {
        await using relay = await startRelay(lab.relay, "--metrics", "0.0.0.0:9641");
        await relay.waitForLog(/can read the metrics: prefer 127\.0\.0\.1/);
        assertEquals(await complaints(lab.relay), "");
        assertEquals(await get(lab.relay, "/healthz"), { status: "200", body: "ok\n" });
        assertEquals((await get(lab.relay, "/nothing")).status, "404");
        assert((await get(lab.relay, "/metrics")).body.includes('teredo_peers{path="direct"} 0\n'));
      },
    );
  },
});
