/**
 * One check: passed, failed with a remedy, or skipped with the reason.
 *
 * @module
 */

import { describedTerm } from "../text/layout.ts";

/**
 * How a check ended. FAIL means that something works badly, or not at all; NOTE that it works, and
 * that there is something to know.
 */
type CheckResult = "PASS" | "NOTE" | "FAIL" | "SKIP";

/** One check. */
export interface Check {
  readonly check: string;
  readonly result: CheckResult;
  /** One sentence without a full stop. */
  readonly detail: string;
  /** What to do or to know; `null` if all is well. */
  readonly remedy: string | null;
}

/** All is well. */
export function pass(check: string, detail: string): Check {
  return { check, result: "PASS", detail, remedy: null };
}

/** It works, and there is something to know. */
export function note(check: string, detail: string, remedy: string): Check {
  return { check, result: "NOTE", detail, remedy };
}

/** Something works badly, or not at all. */
export function fail(check: string, detail: string, remedy: string): Check {
  return { check, result: "FAIL", detail, remedy };
}

/** It was not checked. */
export function skip(check: string, detail: string): Check {
  return { check, result: "SKIP", detail, remedy: null };
}

/** A check for people; details begin at a column. */
export function checkLines(
  { result, check, detail, remedy }: Check,
  column: number,
  width: number,
): string[] {
  const term = `  ${result}  ${check}`;
  // The remedy has its own lines.
  const advice = remedy === null ? [] : describedTerm("", remedy, column, width);
  return [...describedTerm(term, detail, column, width), ...advice.filter((line) => line !== "")];
}
