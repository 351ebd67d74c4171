/**
 * A kind of value that an option or argument takes: how it is read, and what the help calls it.
 *
 * @module
 */

/** What a shell suggests for a value: some words, or names of files. */
export type Suggestions = readonly string[] | "files";

/** How a value is written in YAML: as text, as a number (or a word), or as a list of texts. */
type Notation = "text" | "number" | "list";

/** A kind of value. */
export interface ValueKind<T> {
  /** Stands for the value in the help: `ADDRESS`. */
  readonly placeholder: string;
  /** What is expected, to be read after "needs". */
  readonly expected: string;
  /** What shells suggest, if that can be listed. */
  readonly suggestions?: Suggestions;
  /** How it is written in a configuration file; as text unless given. */
  readonly notation?: Notation;
  /** An example, for options without a default. */
  readonly example?: string;
  /** Reads a value; `undefined` if the text is not one. */
  parse(text: string): T | undefined;
  /** What to do about a text that is not a value, if it is clear what was meant. */
  remedy?(text: string): string | undefined;
}

/** Any text that is not empty. */
export function text(placeholder: string, expected: string): ValueKind<string> {
  return { placeholder, expected, parse: (given) => given === "" ? undefined : given };
}

/** The name of a file. */
export const FILE: ValueKind<string> = {
  ...text("FILE", "the name of a file"),
  example: "/path/to/file",
  suggestions: "files",
};

/** One of a few words. */
export function oneOf<T extends string>(placeholder: string, words: readonly T[]): ValueKind<T> {
  return {
    placeholder,
    expected: `one of ${words.join(", ")}`,
    suggestions: words,
    parse: (given) => words.find((word) => word === given),
  };
}

/** Any of a few words, all of them, or none. */
export function anyOf<T extends string>(words: readonly T[]): ValueKind<readonly T[]> {
  return {
    placeholder: "all|none|LIST",
    expected: `"all", "none" or some of ${words.join(", ")}, separated by commas`,
    notation: "list",
    suggestions: ["all", "none", ...words],
    parse(given) {
      if (given === "all") return words;
      if (given === "none") return [];
      const chosen = given.split(",").map((each) => words.find((word) => word === each.trim()));
      return chosen.every((word) => word !== undefined) ? chosen : undefined;
    },
  };
}

/** What to do about a port at the end of something that is right without it. */
export function withoutPort(
  given: string,
  { parse }: ValueKind<unknown>,
  reason: string,
): string | undefined {
  const [, host] = /^(.+):\d+$/.exec(given) ?? [];
  if (host === undefined || parse(host) === undefined) return undefined;
  return `${reason}: give ${host} alone`;
}
