/**
 * The little of XML that routers write: elements and text.
 *
 * A parser of everything that XML can be is large, and knows document types, whose entities can
 * grow without bound. This one refuses them, and looks at each octet once.
 *
 * @module
 */

/** An element. Attributes are not kept. */
export interface XmlElement {
  /** The name without its namespace prefix. */
  readonly name: string;
  /** The text directly inside the element, without white space around it. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** A device within a device within a device is at depth 9. */
const MAX_DEPTH = 32;

/** What may come next: a group for each kind. */
const TOKEN = new RegExp(
  [
    "<\\?[^]*?\\?>|<!--[^]*?-->",
    "<!\\[CDATA\\[(?<data>[^]*?)\\]\\]>",
    "</(?<close>[^\\s<>/]+)\\s*>",
    "<(?<open>[^\\s<>/!?][^\\s<>/]*)(?:\\s+[^\\s=<>/]+\\s*=\\s*(?:\"[^\"<]*\"|'[^'<]*'))*\\s*" +
    "(?<empty>/?)>",
    "(?<text>[^<]+)",
  ].join("|"),
  "y",
);

/** A map, because an object would also know `&toString;`. */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

interface OpenElement {
  readonly tag: string;
  readonly children: XmlElement[];
  text: string;
}

/** The root element of a document, or undefined if the text is not well-formed. */
export function parseXml(text: string): XmlElement | undefined {
  const document: OpenElement = { tag: "", children: [], text: "" };
  const open = [document];
  const token = new RegExp(TOKEN);
  token.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  while (token.lastIndex < text.length) {
    const groups = token.exec(text)?.groups;
    if (groups === undefined || !take(groups, open)) return undefined;
  }
  const isWhole = open.length === 1 && document.children.length === 1 &&
    document.text.trim() === "";
  return isWhole ? document.children[0] : undefined;
}

/** All elements with this name in an element, at any depth. */
export function elementsNamed(name: string, { children }: XmlElement): XmlElement[] {
  return children.flatMap((child) => [
    ...child.name === name ? [child] : [],
    ...elementsNamed(name, child),
  ]);
}

/** The text of the first child with this name. */
export function textOf(name: string, { children }: XmlElement): string | undefined {
  return children.find((child) => child.name === name)?.text;
}

/** Text as it stands in an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (char) => `&${{ "&": "amp", "<": "lt", ">": "gt" }[char]};`);
}

/** Takes one token. False if it cannot stand there. */
function take(groups: Readonly<Record<string, string | undefined>>, open: OpenElement[]): boolean {
  const current = open.at(-1)!;
  const { data, close, open: tag, empty, text } = groups;
  if (data !== undefined) current.text += data;
  if (text !== undefined) current.text += unescape(text);
  if (close !== undefined) {
    if (open.length === 1 || current.tag !== close) return false;
    open.pop();
    open.at(-1)!.children.push(finished(current));
  }
  if (tag !== undefined) {
    const element: OpenElement = { tag, children: [], text: "" };
    if (empty === "/") current.children.push(finished(element));
    else if (open.push(element) > MAX_DEPTH) return false;
  }
  return true;
}

function finished({ tag, children, text }: OpenElement): XmlElement {
  return { name: tag.slice(tag.indexOf(":") + 1), text: text.trim(), children };
}

/** An entity that is not known stays as it is: nothing that we read has one. */
function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,8}));/gi,
    (whole, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES.get(name) ?? whole;
      const code = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
