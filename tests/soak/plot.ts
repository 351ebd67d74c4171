/**
 * The plot of a soak, as SVG: memory, descriptors and round trips over time.
 *
 * @module
 */

import { median } from "../../bench/median.ts";
import type { RoleSample, Sample, SoakRecord } from "./soak_record.ts";
import { rolesIn } from "./verdict.ts";

/** Pixels. */
const PLOT = { width: 800, left: 56, right: 134, height: 170, top: 34, bottom: 26 };
const WIDTH = PLOT.width - PLOT.left - PLOT.right;
const HEIGHT = PLOT.height - PLOT.top - PLOT.bottom;

/** Points of a line; where there are more samples, each point is the median of some. */
const POINTS = 180;

/** Readable on light and on dark pages. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 13px }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .warm { fill: #d0d7de; opacity: 0.35 }
  polyline { fill: none; stroke-width: 1.5 }
  .l0 { stroke: #0969da } .l1 { stroke: #bc4c00 } .l2 { stroke: #1a7f37 } .l3 { stroke: #8250df }
  .l4 { stroke: #bf3989 } .l5 { stroke: #9a6700 } .l6 { stroke: #57606a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .grid { stroke: #30363d }
    .warm { fill: #30363d; opacity: 0.6 }
    .l0 { stroke: #4493f8 } .l1 { stroke: #f0883e } .l2 { stroke: #3fb950 } .l3 { stroke: #ab7df8 }
    .l4 { stroke: #f778ba } .l5 { stroke: #d29922 } .l6 { stroke: #9198a1 }
  }`;

interface Line {
  readonly name: string;
  /** Undefined where nothing was seen. */
  readonly values: readonly (number | undefined)[];
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly digits: number;
}

/** Draws a soak. */
export function drawSoak(record: SoakRecord): string {
  const { samples, options } = record;
  const groups = grouped(samples);
  const times = groups.map((group) => median(group.map(({ at }) => at)));
  const end = times.at(-1) ?? 1;
  const panels = panelsOf(record, groups).map((panel, i) => {
    const drawn = drawPanel(panel, times, end, options.warmUp);
    return `  <g transform="translate(0 ${i * PLOT.height})">\n${drawn}\n  </g>`;
  });
  const height = panels.length * PLOT.height + 18;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${PLOT.width} ${height}" role="img">`,
    `  <title>Memory, descriptors and round trips during a soak</title>`,
    `  <style>${STYLE}\n  </style>`,
    ...panels,
    `  <text x="${PLOT.left + WIDTH / 2}" y="${height - 6}" text-anchor="middle">minutes</text>`,
    `</svg>\n`,
  ].join("\n");
}

function panelsOf(record: SoakRecord, groups: readonly (readonly Sample[])[]): Panel[] {
  const roles = rolesIn(record);
  const lines = (figure: keyof RoleSample): Line[] =>
    roles.map((name) => ({
      name,
      values: groups.map((group) => figureOf(group, name, figure)),
    }));
  return [
    { title: "Resident memory, MB", lines: lines("resident"), digits: 0 },
    { title: "Open descriptors", lines: lines("descriptors"), digits: 0 },
    {
      title: "Round trips of pings between all pairs, ms",
      lines: [
        { name: "99th percentile", values: groups.map((group) => quantileOf(group, 0.99)) },
        { name: "median", values: groups.map((group) => quantileOf(group, 0.5)) },
      ],
      digits: 1,
    },
  ];
}

function figureOf(
  group: readonly Sample[],
  role: string,
  figure: keyof RoleSample,
): number | undefined {
  const values = group.flatMap(({ roles }) => roles[role]?.[figure] ?? []);
  return values.length > 0 ? median(values) : undefined;
}

/** A quantile of all round trips of some samples. */
export function quantileOf(group: readonly Sample[], quantile: number): number | undefined {
  const sorted = group.flatMap(({ roundTrips }) => roundTrips).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))];
}

function grouped(samples: readonly Sample[]): Sample[][] {
  const size = Math.ceil(samples.length / POINTS);
  return Array.from(
    { length: Math.ceil(samples.length / size) },
    (_, i) => samples.slice(i * size, (i + 1) * size),
  );
}

function drawPanel(panel: Panel, times: readonly number[], end: number, warmUp: number): string {
  const highest = Math.max(
    ...panel.lines.flatMap(({ values }) => values.filter((it) => it !== undefined)),
    Number.MIN_VALUE,
  );
  const top = roundUp(highest);
  const x = (at: number) => (PLOT.left + at / end * WIDTH).toFixed(1);
  const y = (value: number) => (PLOT.top + (1 - value / top) * HEIGHT).toFixed(1);
  const warm = `    <rect class="warm" x="${PLOT.left}" y="${PLOT.top}" width="${
    (warmUp / end * WIDTH).toFixed(1)
  }" height="${HEIGHT}"/>`;
  return [
    `    <text class="title" x="4" y="18">${panel.title}</text>`,
    warm,
    ...[0, top / 2, top].map((value) => drawLevel(y(value), value.toFixed(panel.digits))),
    ...minutes(end).map((minute) =>
      `    <text x="${x(minute * 60)}" y="${
        PLOT.height - 10
      }" text-anchor="middle">${minute}</text>`
    ),
    ...panel.lines.map(({ values }, i) => {
      const points = values.flatMap((value, at) =>
        value === undefined ? [] : [`${x(times[at]!)},${y(value)}`]
      );
      return `    <polyline class="l${i}" points="${points.join(" ")}"/>`;
    }),
    ...panel.lines.map(({ name }, i) => drawKey(name, i)),
  ].join("\n");
}

function drawLevel(y: string, text: string): string {
  const right = PLOT.left + WIDTH;
  return `    <line class="grid" x1="${PLOT.left}" x2="${right}" y1="${y}" y2="${y}"/>\n` +
    `    <text x="${PLOT.left - 6}" y="${Number(y) + 4}" text-anchor="end">${text}</text>`;
}

function drawKey(name: string, i: number): string {
  const [left, y] = [PLOT.left + WIDTH + 10, PLOT.top + 6 + i * 16];
  return `    <polyline class="l${i}" points="${left},${y} ${left + 14},${y}"/>\n` +
    `    <text x="${left + 20}" y="${y + 4}">${name}</text>`;
}

/** The minutes that are written below: six or so. */
function minutes(end: number): number[] {
  const step = Math.max(1, Math.round(end / 60 / 6));
  return Array.from({ length: Math.floor(end / 60 / step) + 1 }, (_, i) => i * step);
}

/** The next of 1, 2, 5, 10, 20 and so on. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 5, 10].map((step) => step * power).find((step) => step >= value)!;
}
