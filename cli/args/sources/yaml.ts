/**
 * YAML as people write it in files, with the lines of its keys.
 *
 * @module
 */

import { parse } from "@std/yaml";
import { ConfigError } from "../../process/failure.ts";
import { reasonOf } from "../../../reason.ts";

/** Levels of lists and mappings in a value: secrets have two. */
const MAX_DEPTH = 3;

/** Values that a key may stand for, on all its levels. */
const MAX_VALUES = 10_000;

/**
 * Reads a YAML document. The error never quotes the text around the mistake, which may be secret.
 *
 * @param path the name of the file, for messages
 * @throws {ConfigError} it is not YAML, and where that shows
 */
export function parseYaml(text: string, path: string): unknown {
  const document = parsed(text, path);
  for (const [key, value] of Object.entries(isMapping(document) ? document : { "": document })) {
    if (countValues(value, MAX_DEPTH, 0) <= MAX_VALUES) continue;
    const line = keyLines(text).find((each) => each.key === key)?.line;
    const place = line === undefined ? path : `${path}:${line}`;
    throw new ConfigError(`Cannot use ${place}: it has too many values, or lists within lists`);
  }
  return document;
}

/**
 * Counts the values in a value, on top of `count`; a value with more levels than `depth` has too
 * many. An alias can make a list contain itself, or a short text stand for a very long one.
 */
function countValues(value: unknown, depth: number, count: number): number {
  if (typeof value !== "object" || value === null) return count + 1;
  if (depth === 0) return Infinity;
  let total = count;
  for (const each of Object.values(value)) {
    total = countValues(each, depth - 1, total);
    if (total > MAX_VALUES) break;
  }
  return total;
}

function parsed(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // The parser calls itself for each level, until the stack is full.
    if (error instanceof RangeError) {
      throw new ConfigError(
        `Cannot use ${path}:${deepestLine(text)}: lists or mappings are nested too deeply`,
      );
    }
    const reason = reasonOf(error);
    const place = /\(?at line (\d+), column (\d+)\)?/.exec(reason);
    const what = reason.split(/ \(?at line /)[0]!;
    const where = place === null ? path : `${path}:${place[1]}:${place[2]}`;
    throw new ConfigError(`Cannot use ${where}: it is not YAML (${what})`);
  }
}

/** What begins a list or mapping within another one, or goes on with one. */
const LEVEL = /[[{]|[-?:](?=\s|$)/g;

/** The first of the lines with the most levels. */
function deepestLine(text: string): number {
  let deepest = { line: 1, levels: 0 };
  for (const [i, line] of linesOf(text).entries()) {
    const levels = line.match(LEVEL)?.length ?? 0;
    if (levels > deepest.levels) deepest = { line: i + 1, levels };
  }
  return deepest.line;
}

/** Whether a value is a mapping: lists, dates and octets are objects too, but no mappings. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}

/** A key of the outermost mapping, with its line. */
interface KeyLine {
  readonly key: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Lines before the keys: empty ones, comments, directives, the start of a document. */
const PREAMBLE = /^\s*(?:#.*)?$|^%|^---\s*(?:#.*)?$/;

/**
 * A key, with or without quotes. What stands between an unquoted one and its colon counts as part
 * of it, or a long line of blanks would be read again for each of them.
 */
const KEY = /^( *)(?:"([^"]*)"\s*|'([^']*)'\s*|([^\s"'#&*!|>{[?-][^:#]*|-[^\s:][^:#]*)):(?:\s|$)/;

/** A key between braces: at the start of a line, or after a brace or a comma. */
const FLOW_KEY =
  /(?:^|[{,])\s*(?:"([^"]*)"\s*:|'([^']*)'\s*:|([^\s"'#{}[\],:][^#{}[\],:]*):(?=\s|$))/g;

/** The line of the first thing in a document that is not a comment; 1 in an empty one. */
export function firstLine(text: string): number {
  return linesOf(text).findIndex((line) => !PREAMBLE.test(line)) + 1 || 1;
}

/** The lines of a text, without their ends. */
export function linesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
}

/** Text in quotes, with the colon that makes it a key. */
const QUOTED = /(?:"[^"]*"|'[^']*')(\s*:)?/g;

/**
 * The keys of the outermost mapping, one to a line in the usual notation. Everything deeper is
 * indented further, so it cannot be mistaken for one. Between braces, as in JSON, each key has its
 * first line.
 */
export function keyLines(text: string): KeyLine[] {
  const lines = linesOf(text);
  const first = lines.find((line) => !PREAMBLE.test(line)) ?? "";
  if (first.trimStart().startsWith("{")) return flowKeyLines(lines);
  const indentation = /^ */.exec(first)![0];
  return lines.flatMap((line, i) => {
    const [, indent, double, single, plain] = KEY.exec(line) ?? [];
    const key = double ?? single ?? plain?.trimEnd();
    return key !== undefined && indent === indentation ? [{ key, line: i + 1 }] : [];
  });
}

function flowKeyLines(lines: readonly string[]): KeyLine[] {
  const places = new Map<string, number>();
  for (const [i, line] of lines.entries()) {
    const bare = line.replaceAll(QUOTED, (quoted, colon) => colon === undefined ? "" : quoted);
    for (const [, double, single, plain] of bare.matchAll(FLOW_KEY)) {
      const key = double ?? single ?? plain!.trimEnd();
      if (!places.has(key)) places.set(key, i + 1);
    }
  }
  return [...places].map(([key, line]) => ({ key, line }));
}
