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

  /** The median of a contestant's samples; undefined without any. */
  median(figure: string, contestant: ContestantName): number | undefined {
    const samples = this.all[figure]?.[contestant];
    return samples === undefined ? undefined : median(samples);
  }

  /**
   * The least of a contestant's samples, for processor time: other programs only add to it. Turns in
   * which nothing arrived have none.
   */
  least(figure: string, contestant: ContestantName): number | undefined {
    const samples = this.all[figure]?.[contestant]?.filter(Number.isFinite);
    return samples === undefined || samples.length === 0 ? undefined : Math.min(...samples);
  }
}
