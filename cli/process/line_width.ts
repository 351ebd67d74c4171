/**
 * How long a line may be.
 *
 * @module
 */

/** Columns of a file or pipe, and of a terminal that does not say. */
const USUAL_WIDTH = 80;

/** Columns that any text gets, however narrow the terminal is. */
const LEAST_WIDTH = 40;

/**
 * Columns of a line: those of the variable `COLUMNS`, or of the terminal if that is not set, or 80.
 *
 * @param variable the value of `COLUMNS`, which people export to overrule the terminal
 * @param terminal columns of the terminal, if there is one
 */
export function lineWidth(variable: string | undefined, terminal: number | undefined): number {
  const wanted = /^\d{1,4}$/.test(variable ?? "") ? Number(variable) : 0;
  return Math.max(LEAST_WIDTH, wanted || terminal || USUAL_WIDTH);
}
