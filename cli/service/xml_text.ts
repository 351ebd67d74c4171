/**
 * Text in XML.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  ["&"]: "&amp;",
  ["<"]: "&lt;",
  [">"]: "&gt;",
  ['"']: "&quot;",
};

/** Text as it stands between tags, or in quotes. */
export function xmlText(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}
