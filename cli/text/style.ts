/**
 * Colours, for terminals that show them.
 *
 * @module
 */

/** Puts emphasis on words. */
export interface Style {
  /** A heading. */
  strong(text: string): string;
  /** All is well. */
  good(text: string): string;
  /** Something to look at. */
  bad(text: string): string;
  /** Of less interest. */
  faint(text: string): string;
}

/** No emphasis: for files, pipes and `NO_COLOR`. */
export const PLAIN: Style = {
  strong: (text) => text,
  good: (text) => text,
  bad: (text) => text,
  faint: (text) => text,
};

/** By the SGR codes that every terminal knows. */
export const COLOURED: Style = {
  strong: (text) => `\x1b[1m${text}\x1b[22m`,
  good: (text) => `\x1b[32m${text}\x1b[39m`,
  bad: (text) => `\x1b[33m${text}\x1b[39m`,
  faint: (text) => `\x1b[2m${text}\x1b[22m`,
};
