/**
 * What was measured, turn by turn.
 *
 * @module
 */

import { median } from "../median.ts";
import type { ContestantName } from "./contestants.ts";

/** The samples of one figure: one of each turn, by contestant. */
export type Samples = Partial<Record<ContestantName, number[]>>;

/** Samples by the name of a figure. */
export class Results {
  readonly all: Record<string, Samples> = {};

  /** Adds a sample. */
  add(figure: string, contestant: ContestantName, value: number): void {
    ((this.all[figure] ??= {})[contestant] ??= []).push(value);
  }

  /** Adds what another run has measured. */
  merge(others: Readonly<Record<string, Samples>>): void {
    for (const [figure, samples] of Object.entries(others)) {
      for (const [name, values] of Object.entries(samples)) {
        for (const value of values) this.add(figure, name as ContestantName, value);
      }
    }
  }

  /** The median of a contestant's samples; undefined without any. */
  median(figure: string, contestant: ContestantName): number | undefined {
    return middle(this.all[figure]?.[contestant]);
  }

  /** The median of the ratios of two contestants' samples, turn by turn; undefined without any. */
  ratio(figure: string, one: ContestantName, other: ContestantName): number | undefined {
    const { [one]: above = [], [other]: below = [] } = this.all[figure] ?? {};
    return middle(above.slice(0, below.length).map((value, i) => value / below[i]!));
  }
}

/** Turns in which nothing arrived have no number for some figures; in JSON, that is null. */
function middle(samples: readonly (number | null)[] = []): number | undefined {
  const found = samples.filter((it) => it !== null).filter(Number.isFinite);
  return found.length === 0 ? undefined : median(found);
}
