/**
 * The parts of the checklist.
 *
 * @module
 */

/** An item's name: its group and its number, "C-07". */
export type ItemId = `${GroupLetter}-${string}`;

/** Formats and addresses, client, server, relay, extensions of RFC 6081. */
type GroupLetter = "P" | "C" | "S" | "R" | "X";

/**
 * How binding an item is, in the word of its RFC. A star means that the RFC writes the word in
 * lower case or only implies it, as RFC 4380 often does; such items bind all the same. `own` is a
 * decision of this project where the RFCs are silent or contradict each other.
 */
type Level =
  | `${"MUST" | "MUST NOT" | "SHOULD" | "SHOULD NOT" | "MAY"}${"" | "*"}`
  | "own";

/** One thing that a test can show. */
export interface Item {
  readonly id: ItemId;
  readonly level: Level;
  /** The section that says so, "RFC 4380 §5.2.1"; for decisions, the one that leaves it open. */
  readonly source: string;
  /** Names like V4, N18 or A1 are those of `tests/vectors/README.md`. */
  readonly statement: string;
  /** The reason for a decision of this project. Every item of level `own` has one. */
  readonly why?: string;
  /** Why an item without a test cannot have one, or needs none. */
  readonly argument?: string;
}

/** Items that belong together. */
export interface Group {
  readonly letter: GroupLetter;
  readonly title: string;
  /** What to know before reading, in a sentence or two. */
  readonly introduction: string;
  /** Whether each item needs a test or an argument. */
  readonly isRequired: boolean;
  /**
   * Whether an item counts only if a test reaches it through a node or the executable. An extension
   * that only its own unit tests switch on is of no use to anyone.
   */
  readonly needsProduct?: boolean;
  readonly items: readonly Item[];
}

/** Something that we do differently from an RFC, or more strictly. */
export interface Departure {
  /** The items that it touches. */
  readonly items: readonly ItemId[];
  /** What the RFC says, and where. */
  readonly source: string;
  readonly what: string;
  readonly why: string;
  /** The source file that does it, from the root of the project. */
  readonly file: string;
}

/** A test that names items. */
export interface NamedTest {
  /** The test file, from the root of the project. */
  readonly file: string;
  readonly name: string;
  /** Whether it never runs, on any machine. */
  readonly ignored: boolean;
}
