/**
 * Samples, what they amount to, and the table of it.
 *
 * @module
 */

import { median } from "../median.ts";
import { type Column, type Row, type RowName, ROWS, type Target } from "./rows.ts";

/** Samples of a row: those of one turn have the same index in each column. */
export type Samples = Partial<Record<Column, number[]>>;

/** All that was measured. */
export class Results {
  readonly rows: Partial<Record<RowName, Samples>> = {};

  /** Adds a sample. */
  add(row: RowName, column: Column, value: number): void {
    ((this.rows[row] ??= {})[column] ??= []).push(value);
  }
}

/** A demand, and what came of it. */
interface Verdict {
  readonly target: Target;
  readonly ratio: number;
  readonly isMet: boolean;
}

/**
 * The median of the ratios of two columns, turn by turn; undefined where one of them is missing.
 */
function ratio(samples: Samples, of: Column, to: Column): number | undefined {
  const divisors = samples[to] ?? [];
  const ratios = (samples[of] ?? []).slice(0, divisors.length).map((it, i) => it / divisors[i]!);
  return ratios.length === 0 ? undefined : median(ratios);
}

/** Which demands on a row are met. */
function judge(row: Row, samples: Samples): Verdict[] {
  return row.targets.flatMap((target) => {
    const found = ratio(samples, target.of, target.to);
    if (found === undefined) return [];
    const { atLeast = 0, atMost = Infinity } = target;
    return [{ target, ratio: found, isMet: found >= atLeast && found <= atMost }];
  });
}

const COLUMNS: Readonly<Record<Column, string>> = {
  ours: "ours",
  deno: "ours, `--udp deno`",
  miredo: "Miredo",
  bare: "no tunnel",
  floor: "floor",
};

/** The table, in Markdown. */
export function table(rows: Partial<Record<RowName, Samples>>): string {
  const columns = Object.keys(COLUMNS) as Column[];
  const head = ["", ...columns.map((it) => COLUMNS[it]), "ours / Miredo", "demanded"];
  const body = (Object.keys(ROWS) as RowName[]).flatMap((name) => {
    const samples = rows[name];
    if (samples === undefined) return [];
    const row: Row = ROWS[name];
    const cells = columns.map((it) => {
      const values = samples[it];
      return values === undefined ? "" : median(values).toFixed(row.digits);
    });
    const times = ratio(samples, "ours", "miredo")?.toFixed(2) ?? "";
    const demands = judge(row, samples).map(demand).join(", ");
    return [[`${row.title}, ${row.unit}`, ...cells, times, demands]];
  });
  return aligned([head, ...body]);
}

/** `≥ 6: yes`, or with both columns where it is not about ours and Miredo. */
function demand({ target, ratio, isMet }: Verdict): string {
  const { of, to, atLeast, atMost } = target;
  const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
  if (of === "ours" && to === "miredo") return `${bound}: ${isMet ? "yes" : "no"}`;
  return `${COLUMNS[of]} / ${COLUMNS[to]} ${bound}: ${isMet ? "yes" : "no"} (${ratio.toFixed(2)})`;
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, i) => Math.max(3, ...lines.map((line) => line[i]!.length)));
  const [head, ...body] = lines.map((line) =>
    `| ${
      line.map((text, i) => i ? text.padStart(widths[i]!) : text.padEnd(widths[0]!)).join(" | ")
    } |`
  );
  const rule = widths.map((width, i) => "-".repeat(width - (i ? 1 : 0)) + (i ? ":" : ""));
  return [head, `| ${rule.join(" | ")} |`, ...body].join("\n");
}
