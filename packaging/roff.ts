/**
 * The macros of man(7), as the manual pages use them.
 *
 * @module
 */

/** Lines of the source. */
export type Lines = readonly string[];

/** The first lines of a page. */
export function title(name: string, section: number, version: string): Lines {
  return [
    `.\\" Generated from the table of commands by "deno task man"`,
    `.TH ${name} ${section} "" "teredo ${version}" "System Administration"`,
  ];
}

/** Paragraphs of text. */
export function paragraphs(texts: Lines): Lines {
  return texts.flatMap((text) => [".PP", escape(text)]);
}

/** A term, as a macro, with its explanation. */
export function item(term: string, text: string): Lines {
  return [".TP", term, escape(text)];
}

/** An argument of a macro. */
export function quote(text: string): string {
  return `"${escape(text).replaceAll('"', "\\(dq")}"`;
}

/**
 * Text as the reader sees it. Hyphens stay hyphens, because people copy options and addresses. A
 * dot or quote at the start would be a macro.
 */
export function escape(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("~", "\\(ti")
    .replaceAll("^", "\\(ha")
    .replace(/[^ -~]/gu, (character) => `\\[u${codeOf(character)}]`)
    .replace(/^(?=[.'])/, "\\&");
}

/** Its Unicode number; troff reads only ASCII characters. */
function codeOf(character: string): string {
  return character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
}
