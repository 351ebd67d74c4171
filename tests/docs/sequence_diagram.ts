/**
 * Sequence diagrams in Mermaid, as far as `docs/protocol.md` has them.
 *
 * @module
 */

import type { Journey } from "../sim/packet_log.ts";

/** An arrow of a diagram: `alice->>server: RS, nonce`. */
const ARROW = /^\s*(\w+)(-->>|->>|-x)(\w+): (.+)$/;

/** What a diagram may say besides arrows. */
const OTHER = /^\s*(?:sequenceDiagram|participant \w+(?: as .+)?|Note over [\w,]+: .+)?$/;

/** The arrows of the diagram below a heading, in their order, with nothing around them. */
export function arrowsBelow(heading: string, markdown: string): string[] {
  const below = markdown.split(`\n### ${heading}\n`)[1];
  const diagram = below?.match(/```mermaid\n([^]*?)```/)?.[1];
  if (diagram === undefined) throw new Error(`No diagram below "${heading}"`);
  return diagram.split("\n").flatMap((line) => {
    if (ARROW.test(line)) return [line.trim()];
    if (!OTHER.test(line)) throw new Error(`Neither arrow nor note: "${line}"`);
    return [];
  });
}

/**
 * The arrow of a packet that was sent: solid for UDP, dashed for native IPv6, crossed if refused.
 */
export function arrowOf({ from, words, arrivals }: Journey): string {
  const [arrival, ...more] = arrivals;
  if (arrival === undefined || more.length > 0) throw new Error(`${from}: not one ${words}`);
  const native = ", native IPv6";
  const head = arrival.fate !== "delivered" ? "-x" : words.endsWith(native) ? "-->>" : "->>";
  const label = words.replace(native, "").replace(/(origin) [\d.:]+/, "$1");
  return `${from}${head}${arrival.path.at(-1)}: ${label}`;
}
