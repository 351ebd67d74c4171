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

  /** The median of the ratios of two contestants, turn by turn. */
  ratio(figure: string, of: ContestantName, to: ContestantName): number | undefined {
    const { [of]: ones, [to]: others } = this.all[figure] ?? {};
    if (ones === undefined || others === undefined) return undefined;
    const turns = Math.min(ones.length, others.length);
    return median(Array.from({ length: turns }, (_, i) => ones[i]! / others[i]!));
  }
}
