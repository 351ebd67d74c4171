/**
 * What a target reaches in the product: statements, and ways of branches.
 *
 * @module
 */

import type { FileCounters } from "./counters.ts";

/** Inputs between looks for modules that were not reached before. */
const LOOK = 500;

/** The counters of a module of the product that have not counted yet. */
interface Unreached {
  /** Looks at a counter. */
  readonly counts: (readonly [row: Record<string, number>, key: string])[];
  /** Whether the target has reached something here: others are looked at less often. */
  isNear: boolean;
}

/** The modules of the product in a bundle, by the line that each begins in. */
export function modulesOf(bundle: string): { readonly path: string; readonly line: number }[] {
  return bundle.split("\n").flatMap((text, i) => {
    const [, path] = /^\/\/ ([\w./-]+\.ts)$/.exec(text) ?? [];
    return path === undefined ? [] : [{ path, line: i + 1 }];
  });
}

/** What has been reached since the counters were reset. */
export class Reach {
  readonly #modules: Unreached[];
  #looks = 0;
  /** How many counters have counted. */
  reached = 0;

  /** Resets the counters. Tests and tools, which the bundle holds too, do not matter. */
  constructor(counters: FileCounters, modules: ReturnType<typeof modulesOf>) {
    const byModule = new Map<string, Unreached>();
    const add = (line: number, row: Record<string, number>, key: string) => {
      row[key] = 0;
      const path = modules.findLast((module) => module.line <= line)?.path ?? "tests/";
      if (/^(?:tests|tools)\//.test(path)) return;
      const module = byModule.get(path) ?? { counts: [], isNear: false };
      byModule.set(path, module);
      module.counts.push([row, key]);
    };
    for (const [key, { start }] of Object.entries(counters.statementMap)) {
      add(start.line, counters.s, key);
    }
    for (const [branch, { loc }] of Object.entries(counters.branchMap)) {
      const ways = counters.b[branch]!;
      for (const way of Object.keys(ways)) add(loc.start.line, ways, way);
    }
    this.#modules = [...byModule.values()];
  }

  /** How many counters have counted for the first time since the last look. */
  look(): number {
    const isWide = this.#looks++ % LOOK === 0;
    let found = 0;
    for (const module of this.#modules) {
      if (!module.isNear && !isWide) continue;
      const { counts } = module;
      for (let i = counts.length - 1; i >= 0; i--) {
        const [row, key] = counts[i]!;
        if (row[key] === 0) continue;
        counts[i] = counts.at(-1)!;
        counts.pop();
        module.isNear = true;
        found++;
      }
    }
    this.reached += found;
    return found;
  }
}
