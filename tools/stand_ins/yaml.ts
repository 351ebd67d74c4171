// deno-lint-ignore-file no-import-prefix -- js-yaml serves this stand-in alone, so deno.json lacks it
/**
 * Stands in for `jsr:@std/yaml@1.2.0` where JSR is out of reach: one document in and out, over the
 * library that package was ported from. Stricter than the package in one point: tabs never indent.
 *
 * @module
 */

// @ts-types="npm:@types/js-yaml@4.0.9"
import { dump, load, YAMLException } from "npm:js-yaml@4.1.0";

/** Where in a text the parser stumbled. */
export interface YamlPosition {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** Characters from the start. */
  readonly offset: number;
}

/** The text is not YAML. */
export class YamlSyntaxError extends SyntaxError implements YamlPosition {
  override readonly name = "YamlSyntaxError";
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  /** The lines around the place, with a mark. */
  readonly snippet?: string;

  constructor(message: string, position: YamlPosition, snippet?: string) {
    const place = `${message} at line ${position.line}, column ${position.column}`;
    super(snippet ? `${place}:\n${snippet}` : place);
    this.line = position.line;
    this.column = position.column;
    this.offset = position.offset;
    if (snippet !== undefined) this.snippet = snippet;
  }
}

/** Options for {@linkcode parse}. */
export interface ParseOptions {
  /** Let a repeated key replace the earlier one. */
  allowDuplicateKeys?: boolean;
}

/** Options for {@linkcode stringify}. */
export interface StringifyOptions {
  /** Spaces per level, 2 by default. */
  indent?: number;
  /** Leave values out that YAML cannot hold. */
  skipInvalid?: boolean;
  /** Columns before a text is folded, 80 by default. */
  lineWidth?: number;
  /** Order of keys; as they stand by default. */
  sortKeys?: boolean;
  /** Write a repeated object once and refer to it, true by default. */
  useAnchors?: boolean;
}

/** The value of the one document in the text, `null` if there is none. */
export function parse(content: string, options: ParseOptions = {}): unknown {
  try {
    return load(content, { json: options.allowDuplicateKeys ?? false }) ?? null;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // The mark is absent where there is no place, as for a second document.
    const { line, column, position, snippet } = error.mark ??
      { line: 0, column: 0, position: 0, snippet: undefined };
    throw new YamlSyntaxError(
      error.reason,
      { line: line + 1, column: column + 1, offset: position },
      snippet,
    );
  }
}

/** The value as one YAML document. */
export function stringify(data: unknown, options: StringifyOptions = {}): string {
  const { useAnchors = true, ...rest } = options;
  try {
    return dump(data, { ...rest, noRefs: !useAnchors });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new TypeError(error.message);
  }
}
