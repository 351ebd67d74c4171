/**
 * The corpus: inputs that once failed, or that reach code which others don't. A file for each
 * target, an input for each line: a text in quotes as in JSON, or octets in hexadecimal.
 *
 * @module
 */

import type { FuzzTarget } from "./target.ts";

const FOLDER = new URL("corpus/", import.meta.url);

/** The inputs of a target, apart from its seeds. */
function readCorpus(target: string): Uint8Array[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(fileOf(target));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return text.split("\n").filter((line) => line !== "").map(parseLine);
}

/** All inputs to begin with. */
export function parentsOf({ name, seeds }: FuzzTarget): Uint8Array[] {
  return [...seeds, ...readCorpus(name)];
}

/** Adds inputs to the corpus. */
export function addToCorpus(target: string, ...inputs: readonly Uint8Array[]): void {
  const known = new Set(readCorpus(target).map((each) => each.toHex()));
  const lines = inputs.filter((each) => !known.has(each.toHex())).map(formatLine);
  if (lines.length === 0) return;
  Deno.writeTextFileSync(fileOf(target), `${lines.join("\n")}\n`, { append: true });
}

/** An input as a line. */
export function formatLine(input: Uint8Array): string {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
  const isText = /^[\t\n\r -~]+$/.test(text);
  return isText ? JSON.stringify(text) : input.toHex();
}

/** The input of a line. */
export function parseLine(line: string): Uint8Array {
  return line.startsWith('"')
    ? new TextEncoder().encode(JSON.parse(line))
    : Uint8Array.fromHex(line);
}

function fileOf(target: string): URL {
  return new URL(`${target}.txt`, FOLDER);
}
