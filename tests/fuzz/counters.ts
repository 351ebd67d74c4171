/**
 * Code that counts what it runs.
 *
 * @module
 */

import { createInstrumenter } from "./istanbul.ts";

/** The global variable that holds the counters of instrumented code. */
const COUNTERS = "__fuzz_counters__";

/** A place in a source. */
interface Place {
  readonly start: { readonly line: number };
}

/** What instrumented code counts: statements, and the ways of each branch. */
export interface FileCounters {
  readonly s: Record<string, number>;
  readonly b: Record<string, Record<number, number>>;
  readonly statementMap: Readonly<Record<string, Place>>;
  readonly branchMap: Readonly<Record<string, { readonly loc: Place }>>;
}

/** The same code, which counts what it runs. */
export function instrument(code: string, name: string): string {
  const instrumenter = createInstrumenter({
    esModules: true,
    produceSourceMap: false,
    coverageVariable: COUNTERS,
  });
  return String(instrumenter.instrumentSync(code, name));
}

/** The counters of instrumented code that was imported. */
export function countersOf(name: string): FileCounters {
  const { [COUNTERS]: all } = globalThis as unknown as Record<string, Record<string, FileCounters>>;
  return all![name]!;
}
