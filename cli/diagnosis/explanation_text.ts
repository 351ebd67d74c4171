/**
 * An explanation for people.
 *
 *     Sent           Bubbles to the peer at 83.1.2.2:4096, and through its server 83.1.1.1
 *     Came back      Nothing from the peer; its server works
 *     This means     Most likely the peer is off, or has another address by now. …
 *     What to do     Compare the address with "teredo status" on the peer, …
 *
 * @module
 */

import { describedTerm } from "../text/layout.ts";
import type { PingExplanation } from "./ping_explanation.ts";
import { capital } from "../text/capital.ts";

/** The column at which sentences begin. */
const COLUMN = "  This means".length + 2;

/** The explanation, in lines of at most `width` columns. */
export function explanationText(explanation: PingExplanation, width: number): string {
  const { sent, received, meaning, advice } = explanation;
  return [
    ["Sent", sent],
    ["Came back", received],
    ["This means", meaning],
    ["What to do", advice],
  ].flatMap(([term, text]) => describedTerm(`  ${term}`, capital(text!), COLUMN, width))
    .join("\n");
}
