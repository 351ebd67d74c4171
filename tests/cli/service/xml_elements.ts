/** A small reader of XML: enough to show that a text is well-formed, and what is in it. */
import { assert, assertEquals } from "@std/assert";

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** Elements that hold only text, in their order. Fails if the text is not well-formed. */
export function elementsOf(text: string): [name: string, value: string][] {
  const found: [string, string][] = [];
  const open: string[] = [];
  const tokens = /<!--[^]*?-->|<[?!][^>]*>|<(\/?)([A-Za-z]+)(?: [A-Za-z]+="[^"]*")*(\/?)>|([^<]+)/g;
  let end = 0;
  let latest = "";
  for (const [token, isEnd, name, isEmpty, content] of text.matchAll(tokens)) {
    assertEquals(text.slice(end, end + token.length), token, "nothing is left out");
    end += token.length;
    if (content !== undefined) {
      assert(!/&(?!(?:amp|lt|gt|quot);)/.test(content), content);
      latest = content.replaceAll(/&([a-z]+);/g, (_, entity: string) => ENTITIES[entity]!);
    } else if (name !== undefined && isEnd) {
      assertEquals(open.pop(), name);
      if (latest.trim() !== "") found.push([name, latest]);
      latest = "";
    } else if (name !== undefined && !isEmpty) {
      open.push(name);
      latest = "";
    }
  }
  assertEquals([open, end], [[], text.length]);
  return found;
}
