/**
 * The medians as small bar charts, one for each row that is told at a glance.
 *
 * @module
 */

import { median } from "../median.ts";
import type { Samples } from "./results.ts";
import { type Column, type Row, type RowName, ROWS } from "./rows.ts";

/** What is drawn, in its order: two charts in a line. */
const DRAWN: readonly RowName[] = [
  ...["tcpUp", "tcpDown", "tcpAcross", "udpUp", "udpAcross", "cpuUp"] as const,
  ...["pingAcross", "start", "serverFew", "serverRate"] as const,
];

const COLUMNS: readonly (readonly [Column, string])[] = [
  ["ours", "ours"],
  ["deno", "ours, --udp deno"],
  ["miredo", "Miredo"],
];

/** Pixels. */
const CHART = { width: 400, height: 108, left: 124, bar: 200, step: 22, top: 30 };

/** Readable on light and on dark pages. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .ours { fill: #0969da } .deno { fill: #80b4f0 } .miredo { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .ours { fill: #4493f8 } .deno { fill: #1f5aa8 } .miredo { fill: #6e7681 }
  }`;

/** Draws an SVG image. */
export function drawChart(rows: Partial<Record<RowName, Samples>>): string {
  const charts = DRAWN.flatMap((name) => {
    const samples = rows[name];
    return samples === undefined ? [] : [{ row: ROWS[name], samples }];
  });
  const height = Math.ceil(charts.length / 2) * CHART.height;
  const parts = charts.map(({ row, samples }, i) => {
    const [x, y] = [i % 2 * CHART.width, (i >> 1) * CHART.height];
    return `  <g transform="translate(${x} ${y})">\n${drawRow(row, samples)}\n  </g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${
      2 * CHART.width
    } ${height}" role="img">`,
    `  <title>Ours and Miredo's, side by side</title>`,
    `  <style>${STYLE}\n  </style>`,
    ...parts,
    `</svg>\n`,
  ].join("\n");
}

function drawRow({ title, unit, digits }: Row, samples: Samples): string {
  const bars = COLUMNS.flatMap(([column, name]) => {
    const values = samples[column];
    return values === undefined ? [] : [{ column, name, value: median(values) }];
  });
  const longest = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ column, name, value }, i) => {
    const y = CHART.top + i * CHART.step;
    const width = (value / longest * CHART.bar).toFixed(1);
    return [
      `    <text x="${CHART.left - 6}" y="${y + 13}" text-anchor="end">${name}</text>`,
      `    <rect class="${column}" x="${CHART.left}" y="${
        y + 1
      }" width="${width}" height="16" rx="2"/>`,
      `    <text x="${CHART.left + Number(width) + 6}" y="${y + 13}">${
        value.toFixed(digits)
      }</text>`,
    ].join("\n");
  });
  return [`    <text class="title" x="4" y="18">${title}, ${unit}</text>`, ...lines].join("\n");
}
