/**
 * The dashboard for Grafana, written from the table of its panels:
 *
 *     deno task dashboard            writes packaging/grafana/teredo.json
 *
 * @module
 */

import { type Panel, SECTIONS } from "./sections.ts";

/** What Grafana substitutes for the source of the data that is chosen. */
const DATA_SOURCE = { type: "prometheus", uid: "${datasource}" };

const HEIGHT = 8;
const COLUMNS = 24;

/** The dashboard, as Grafana imports it. */
function dashboard(): unknown {
  return {
    uid: "teredo",
    title: "Teredo",
    description: "Clients, servers and relays of Teredo (RFC 4380), by their --metrics.",
    tags: ["teredo", "ipv6"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    timezone: "",
    time: { from: "now-6h", to: "now" },
    annotations: { list: [] },
    templating: { list: variables() },
    panels: panels(),
  };
}

function variables(): unknown[] {
  const label = (name: string, title: string, query: string) => ({
    name,
    label: title,
    type: "query",
    datasource: DATA_SOURCE,
    definition: query,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    current: { text: ["All"], value: ["$__all"] },
  });
  return [
    { name: "datasource", label: "Data source", type: "datasource", query: "prometheus" },
    label("job", "Job", "label_values(teredo_info, job)"),
    label("role", "Role", 'label_values(teredo_info{job=~"$job"}, role)'),
    label(
      "instance",
      "Instance",
      'label_values(teredo_info{job=~"$job", role=~"$role"}, instance)',
    ),
  ];
}

/** The sections, one below the other, and their panels from left to right. */
function panels(): unknown[] {
  const all: unknown[] = [];
  let y = 0;
  for (const section of SECTIONS) {
    const row = {
      type: "row",
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    };
    all.push({ id: all.length + 1, title: section.title, ...row });
    y++;
    let x = 0;
    for (const each of section.panels) {
      if (x + each.width > COLUMNS) {
        x = 0;
        y += HEIGHT;
      }
      all.push({
        id: all.length + 1,
        gridPos: { x, y, w: each.width, h: HEIGHT },
        ...panel(each),
      });
      x += each.width;
    }
    y += HEIGHT;
  }
  return all;
}

function panel({ title, description, type, unit, queries, words }: Panel): object {
  const mappings = words === undefined ? [] : [{
    type: "value",
    options: Object.fromEntries(
      Object.entries(words).map(([value, [text, color]]) => [value, { text, color }]),
    ),
  }];
  return {
    title,
    description,
    type,
    datasource: DATA_SOURCE,
    fieldConfig: { defaults: { unit, mappings }, overrides: [] },
    ...type === "stat" ? { options: { textMode: "value_and_name" } } : {},
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + i),
      datasource: DATA_SOURCE,
      expr,
      legendFormat: legend,
    })),
  };
}

/** The file's content. */
export function dashboardText(): string {
  return `${JSON.stringify(dashboard(), null, 2)}\n`;
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL("teredo.json", import.meta.url), dashboardText());
}
