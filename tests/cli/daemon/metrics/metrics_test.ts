import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LISTEN_ADDRESS, listenAddressText } from "../../../../cli/args/kinds/listen_address.ts";
import { METRICS_TYPE, metricsText } from "../../../../cli/daemon/metrics/metric.ts";
import { forThisHost, metricsHandler } from "../../../../cli/daemon/metrics/metrics_server.ts";
import { processMetrics } from "../../../../cli/daemon/metrics/process_metrics.ts";
import { roleMetrics } from "../../../../cli/daemon/metrics/role_metrics.ts";
import { serverPart } from "../../../../cli/daemon/status/server_part.ts";
import {
  type PortMappingPart,
  type StatusReport,
  statusReport,
} from "../../../../cli/daemon/status/status_report.ts";
import { Counters } from "../../../../io/counters.ts";
import { EventCounts } from "../../../../cli/daemon/status/event_counts.ts";
import { ServerFixture, SOLICITATION } from "../../../server/server_fixture.ts";

function serverReport(change: (counters: Counters) => void = () => {}): StatusReport {
  const counters = new Counters();
  change(counters);
  const now = new Date("2026-08-01T12:00:00Z");
  const { server } = new ServerFixture().receive(SOLICITATION);
  const context = { counters, events: new EventCounts(["limit_reached"]), started: now, now };
  return statusReport(serverPart(server.status(), undefined), context);
}

Deno.test("metrics: text is as Prometheus reads it, whatever labels hold", () => {
  const text = metricsText([
    { name: "a_total", type: "counter", help: "Two\nlines.", samples: [{ value: 1 }] },
    {
      name: "b",
      type: "gauge",
      help: "B.",
      samples: [{ labels: { x: 'say "\\"\n', y: "2" }, value: 0.5 }],
    },
    { name: "c", type: "gauge", help: "None.", samples: [] },
  ]);
  assertEquals(
    text,
    "# HELP a_total Two\\nlines.\n# TYPE a_total counter\na_total 1\n" +
      '# HELP b B.\n# TYPE b gauge\nb{x="say \\"\\\\\\"\\n",y="2"} 0.5\n',
  );
});

Deno.test("metrics: a server's have its work, its drops and its events", () => {
  const text = metricsText(roleMetrics(serverReport((counters) => {
    counters.drop("loop");
    counters.octetsSent = 61;
  })));
  for (
    const line of [
      'teredo_info{role="server",version="',
      "teredo_ready 1",
      "teredo_start_time_seconds 1785585600",
      "teredo_sent_bytes_total 61",
      'teredo_drops_total{reason="loop"} 1',
      'teredo_events_total{event="limit_reached"} 0',
      "teredo_server_solicitations_answered_total 1",
    ]
  ) assertStringIncludes(text, `\n${line}`);
  assertEquals(/^[a-z_]+ (NaN|undefined|null)/m.test(text), false);
});

Deno.test("metrics: a client's have its port mapping, by protocol and with its end", () => {
  const portMapping: PortMappingPart = {
    ...{ state: "mapped", protocol: "upnp", external: "203.0.113.5:40000", expiresIn: 90_000 },
    ...{ view: "in_use", reason: null, tried: [], retryIn: null },
  };
  const client = { ...serverReport(), role: "client", state: "qualified" } as const;
  const text = metricsText(roleMetrics({ ...client, portMapping }));
  assertStringIncludes(text, '\nteredo_client_port_mapping{protocol="pcp"} 0\n');
  assertStringIncludes(text, '\nteredo_client_port_mapping{protocol="upnp"} 1\n');
  assertStringIncludes(text, "\nteredo_client_port_mapping_expiry_seconds 90\n");
  const failed = { ...portMapping, state: "failed", protocol: null, expiresIn: null } as const;
  const none = metricsText(roleMetrics({ ...client, portMapping: failed }));
  assertStringIncludes(none, '\nteredo_client_port_mapping{protocol="upnp"} 0\n');
});

Deno.test("metrics: names are given once, and counters end in _total", () => {
  const metrics = roleMetrics(serverReport());
  const names = metrics.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const { name, type } of metrics) assertEquals(name.endsWith("_total"), type === "counter");
});

Deno.test("metrics: memory and processor time are those of the process", () => {
  const [memory, time] = processMetrics().map(({ samples }) => samples[0]!.value);
  // A megabyte and a terabyte: what a runtime needs, and what no machine has.
  assert(memory! > 2 ** 20 && memory! < 2 ** 40, `${memory}`);
  // In seconds: tests of this length take less than a day.
  assert(time! > 0 && time! < 86_400, `${time}`);
});

Deno.test("metrics: a role is alive while it starts, but not ready", async () => {
  const ask = async (report: StatusReport | undefined, path: string) => {
    const handler = metricsHandler(() => report);
    return await handler(new Request(`http://127.0.0.1${path}`));
  };
  assertEquals((await ask(undefined, "/healthz")).status, 200);
  assertEquals((await ask(undefined, "/ready")).status, 503);
  const starting = await (await ask(undefined, "/metrics")).text();
  assertEquals(starting.match(/^\w+/gm), [
    "process_resident_memory_bytes",
    "process_cpu_seconds_total",
  ]);
  const report = serverReport();
  const ready = await ask(report, "/ready");
  const interfaceFaults: unknown[] = [];
  const works = { ready: true, role: "server", state: "serving", interfaceFaults };
  assertEquals(await ready.json(), works);
  assertEquals((await ask({ ...report, ready: false }, "/ready")).status, 503);
  assertEquals((await ask(report, "/metrics")).headers.get("content-type"), METRICS_TYPE);
  assertEquals((await ask(report, "/")).status, 404);
});

Deno.test("metrics: who asks wrongly is told so", async () => {
  const handler = metricsHandler(() => undefined);
  const post = await handler(new Request("http://127.0.0.1/metrics", { method: "POST" }));
  assertEquals([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
});

Deno.test("metrics: on the loopback interface, only names of this host are answered", async () => {
  const handler = forThisHost(metricsHandler(() => undefined));
  const status = async (host: string) =>
    (await handler(new Request(`http://${host}/healthz`))).status;
  for (const host of ["127.0.0.1:9641", "[::1]:9641", "localhost:9641"]) {
    assertEquals(await status(host), 200, host);
  }
  for (const host of ["evil.example", "127.0.0.1.evil.example"]) {
    assertEquals(await status(host), 421, host);
  }
});

const ADDRESSES: Readonly<Record<string, readonly [text: string, isLoopback: boolean]>> = {
  "127.0.0.1:9641": ["127.0.0.1:9641", true],
  "127.8.8.8:1": ["127.8.8.8:1", true],
  "localhost:9641": ["127.0.0.1:9641", true],
  "[::1]:9641": ["[::1]:9641", true],
  "[::]:9641": ["[::]:9641", false],
  "0.0.0.0:9641": ["0.0.0.0:9641", false],
};

for (const [given, [text, isLoopback]] of Object.entries(ADDRESSES)) {
  Deno.test(`metrics: ${given} is an address to listen on`, () => {
    const address = LISTEN_ADDRESS.parse(given)!;
    assertEquals([listenAddressText(address), address.isLoopback], [text, isLoopback]);
  });
}

for (
  const given of ["9641", "127.0.0.1", "127.0.0.1:0", "::1:9641", "[127.0.0.1]:1", "a:1", ":1"]
) {
  Deno.test(`metrics: ${given} is no address to listen on`, () => {
    assertEquals(LISTEN_ADDRESS.parse(given), undefined);
  });
}
