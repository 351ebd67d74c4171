/**
 * Draws the chart of a report that `deno task bench:miredo --json` wrote:
 *
 *     deno run -A bench/miredo/draw.ts docs/performance.json docs/performance.svg
 *
 * @module
 */

import { drawChart } from "./chart.ts";

const [from, to] = Deno.args;
if (from === undefined || to === undefined) {
  throw new TypeError("Two files are needed: the report to read, and the image to write");
}
Deno.writeTextFileSync(to, drawChart(JSON.parse(Deno.readTextFileSync(from)).rows));
