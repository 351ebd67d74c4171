/**
 * The dashboard and the alerts: they ask for what the roles export, in words that Prometheus
 * understands.
 */
import { assert, assertArrayIncludes, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import type { Metric } from "../../cli/daemon/metrics/metric.ts";
import { processMetrics } from "../../cli/daemon/metrics/process_metrics.ts";
import { roleMetrics } from "../../cli/daemon/metrics/role_metrics.ts";
import { clientPart } from "../../cli/daemon/status/client_part.ts";
import { relayPart } from "../../cli/daemon/status/relay_part.ts";
import { serverPart } from "../../cli/daemon/status/server_part.ts";
import {
  type PortMappingPart,
  type RolePart,
  statusReport,
} from "../../cli/daemon/status/status_report.ts";
import { Counters } from "../../io/counters.ts";
import { EventCounts } from "../../cli/daemon/status/event_counts.ts";
import { dashboardText } from "../../packaging/grafana/dashboard.ts";
import { requires } from "../capabilities.ts";
import { ClientFixture } from "../client/client_fixture.ts";
import { RelayFixture } from "../relay/relay_fixture.ts";
import { ServerFixture } from "../server/server_fixture.ts";
import { ACTORS, ip4 } from "../vectors/vectors.ts";

const DASHBOARD = new URL("../../packaging/grafana/teredo.json", import.meta.url);
const ALERTS = new URL("../../packaging/prometheus/alerts.yaml", import.meta.url);
const ALERTS_TEST = new URL("alerts.yaml", import.meta.url).pathname;

/** What Prometheus says itself of each instance. */
const OF_PROMETHEUS = ["up", "scrape_duration_seconds"];
/** What Prometheus adds to each metric. */
const ADDED_LABELS = ["job", "instance"];

const needs = requires("promtool");

/** What the tests look at in a dashboard. */
interface Dashboard {
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string }[];
  };
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

/** A metric that is asked for, with the labels that are. */
interface Selector {
  readonly name: string;
  readonly labels: readonly string[];
}

async function readDashboard(): Promise<Dashboard> {
  return JSON.parse(await Deno.readTextFile(DASHBOARD));
}

function queriesOf({ panels }: Dashboard): { expr: string; legendFormat: string }[] {
  return panels.flatMap(({ targets = [] }) => targets);
}

async function alertQueries(): Promise<string[]> {
  const { groups } = parse(await Deno.readTextFile(ALERTS)) as {
    groups: { rules: { alert: string; expr: string }[] }[];
  };
  return groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
}

const PORT_MAPPING: PortMappingPart = {
  ...{ state: "mapped", protocol: "pcp", external: "203.0.113.5:40000", expiresIn: 90_000 },
  ...{ view: "in_use", reason: null, tried: [], retryIn: null },
};

/** Every metric of every role, with the labels that it has. */
function exported(): Map<string, Set<string>> {
  const { client, now } = ClientFixture.a();
  const relay = new RelayFixture();
  const place = {
    nameOf: () => "teredo.example",
    port: 40000,
    isOwn: () => false,
    own: { name: "teredo", faults: [] },
    sourceTo: () => ip4("192.168.1.10"),
  };
  const mapped = clientPart(client.status(now), place);
  const gateway = relayPart(relay.relay.status(relay.now), ACTORS.a, place.own);
  const roles = [
    mapped,
    gateway,
    // A limit is shown once it has refused something.
    serverPart(
      { ...new ServerFixture().server.status(), refused: new Map([["bubblesPerSource", 1]]) },
      undefined,
    ),
    {
      ...gateway,
      gateway: { connections: 1, refused: { multicast: 1 }, accountCount: 1, accounts: [] },
    },
    { ...mapped, portMapping: PORT_MAPPING },
  ];
  const found = new Map<string, Set<string>>();
  for (const { name, samples } of [...roles.flatMap(metricsOf), ...processMetrics()]) {
    const labels = found.get(name) ?? new Set();
    for (const sample of samples) Object.keys(sample.labels ?? {}).forEach((it) => labels.add(it));
    found.set(name, labels);
  }
  return found;
}

function metricsOf(part: RolePart): Metric[] {
  const counters = new Counters();
  counters.drop("loop");
  counters.fail("sendmmsg", "ENOBUFS", 1);
  const now = new Date(0);
  const events = new EventCounts(["qualified"]);
  return roleMetrics(statusReport(part, { counters, events, started: now, now }));
}

function selectors(expr: string): Selector[] {
  const found = expr.matchAll(/\b((?:teredo|process|scrape)_\w+|up)\b(?:\{([^}]*)\})?/g);
  return Array.from(found, ([, name, matchers = ""]) => ({
    name: name!,
    labels: Array.from(matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g), ([, label]) => label!),
  }));
}

function assertExported(expr: string): void {
  const known = exported();
  const asked = selectors(expr);
  assert(asked.length > 0, expr);
  for (const { name, labels } of asked) {
    assertArrayIncludes([...known.keys(), ...OF_PROMETHEUS], [name], expr);
    assertArrayIncludes([...known.get(name) ?? [], ...ADDED_LABELS], labels, expr);
  }
}

Deno.test("metrics: these tests know all that the program has", async () => {
  const sources = ["role_metrics.ts", "process_metrics.ts"].map((file) =>
    Deno.readTextFile(new URL(`../../cli/daemon/metrics/${file}`, import.meta.url))
  );
  const named = (await Promise.all(sources)).join("").matchAll(/"((?:teredo|process)_\w+)"/g);
  assertEquals([...exported().keys()].sort(), Array.from(named, ([, name]) => name!).sort());
});

Deno.test("metrics: docs/operating.md lists each, with its labels", async () => {
  const document = await Deno.readTextFile(new URL("../../docs/operating.md", import.meta.url));
  const table = /\| metric +\| meaning[^]*?\n\n/.exec(document)![0];
  const documented = table.matchAll(/`((?:teredo|process)_\w+)(?:\{([\w,]+)\})?`/g);
  const names = Array.from(documented, ([, name, labels = ""]) => `${name}{${labels}}`);
  const expected = [...exported()].map(([name, labels]) => `${name}{${[...labels]}}`);
  assertEquals(names.sort(), expected.sort());
});

Deno.test('dashboard: the file is what "deno task dashboard" writes', async () => {
  assertEquals(await Deno.readTextFile(DASHBOARD), dashboardText());
});

Deno.test("dashboard: it asks for metrics and labels that there are", async () => {
  const dashboard = await readDashboard();
  for (const { expr } of queriesOf(dashboard)) assertExported(expr);
  for (const { definition } of dashboard.templating.list) {
    if (definition !== undefined) assertExported(definition);
  }
});

Deno.test("dashboard: it shows every metric of every role", async () => {
  const shown = queriesOf(await readDashboard()).flatMap(({ expr }) => selectors(expr));
  const names = new Set(shown.map(({ name }) => name));
  assertEquals([...exported().keys()].filter((name) => !names.has(name)), []);
});

Deno.test("dashboard: a line is named by labels that it has, and no panel covers another", async () => {
  const dashboard = await readDashboard();
  const known = exported();
  for (const { expr, legendFormat } of queriesOf(dashboard)) {
    const labels = selectors(expr).flatMap(({ name }) => [...known.get(name) ?? []]);
    const named = Array.from(legendFormat.matchAll(/\{\{(\w+)\}\}/g), ([, label]) => label!);
    assertArrayIncludes([...labels, ...ADDED_LABELS], named, expr);
    // What a sum leaves out has no name any more.
    const [, kept] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
    if (kept !== undefined) assertArrayIncludes(kept.split(", "), named, expr);
  }
  const places = dashboard.panels.map(({ gridPos }) => gridPos);
  for (const [i, one] of places.entries()) {
    assert(one.x + one.w <= 24);
    for (const other of places.slice(i + 1)) {
      const apart = one.x + one.w <= other.x || other.x + other.w <= one.x ||
        one.y + one.h <= other.y || other.y + other.h <= one.y;
      assert(apart, JSON.stringify([one, other]));
    }
  }
  assertEquals(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
});

Deno.test("dashboard: source, job, role and instance are chosen, and each choice is used", async () => {
  const text = await Deno.readTextFile(DASHBOARD);
  const { templating } = await readDashboard();
  const names = templating.list.map(({ name }) => name);
  assertEquals(names, ["datasource", "job", "role", "instance"]);
  for (const name of names) assert(text.includes(`$${name}`) || text.includes(`\${${name}}`), name);
});

Deno.test("alerts: they ask for metrics and labels that there are", async () => {
  const queries = await alertQueries();
  assert(queries.length >= 8);
  for (const expr of queries) assertExported(expr);
});

Deno.test("alerts: docs/operating.md says when each rings", async () => {
  const document = await Deno.readTextFile(new URL("../../docs/operating.md", import.meta.url));
  const documented = Array.from(document.matchAll(/^\| `(Teredo\w+)` /gm), ([, name]) => name);
  const alerts = (await Deno.readTextFile(ALERTS)).matchAll(/alert: (\w+)/g);
  assertEquals(documented, Array.from(alerts, ([, name]) => name));
});

Deno.test({
  name: needs.title("dashboard: Prometheus understands each query"),
  ignore: needs.ignore,
  fn: async () => {
    const queries = queriesOf(await readDashboard());
    const rules = queries.map(({ expr }, i) => ({
      record: `teredo:query:${i}`,
      // As Grafana has it when all is chosen.
      expr: expr.replaceAll("$__rate_interval", "5m").replaceAll(/\$\w+/g, ".*"),
    }));
    const file = await Deno.makeTempFile({ suffix: ".yaml" });
    try {
      // JSON is YAML.
      await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
      await promtool("check", "rules", "--lint-fatal", file);
    } finally {
      await Deno.remove(file);
    }
  },
});

Deno.test({
  name: needs.title("alerts: each rings when it should, and none when all is well"),
  ignore: needs.ignore,
  fn: async () => {
    await promtool("check", "rules", "--lint-fatal", ALERTS.pathname);
    await promtool("test", "rules", ALERTS_TEST);
    const tested = await Deno.readTextFile(ALERTS_TEST);
    const alerts = (await Deno.readTextFile(ALERTS)).matchAll(/alert: (\w+)/g);
    // Once where all is well, and once where it rings.
    for (const [, alert] of alerts) assert(tested.split(alert!).length > 2, alert);
  },
});

async function promtool(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command("promtool", { args }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stdout) + decoder.decode(stderr));
}
