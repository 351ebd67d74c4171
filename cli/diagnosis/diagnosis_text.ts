/**
 * A diagnosis for people.
 *
 *       PASS  client             Qualified through teredo.example: 2001:0:5301:101::…
 *       FAIL  MTU                Interface teredo has 1400 octets instead of 1280
 *                                Another program changed it: ip link set teredo mtu 1280
 *
 *     1 of 14 checks failed
 *
 * @module
 */

import { checkLines } from "../probe/check.ts";
import type { Diagnosis } from "./diagnose.ts";
import { explanationText } from "./explanation_text.ts";

/** The column at which details begin: behind the longest name of a check. */
const COLUMN = 2 + "PASS".length + 2 + "secondary address".length + 2;

/** The diagnosis, in lines of at most `width` columns. */
export function diagnosisText({ checks, ping }: Diagnosis, width: number): string {
  const failed = failures(checks);
  return [
    ...checks.flatMap((check) => checkLines(check, COLUMN, width)),
    ...ping === null ? [] : ["", explanationText(ping, width)],
    "",
    failed === 0
      ? `None of ${checks.length} checks failed`
      : `${failed} of ${checks.length} checks failed`,
    "",
  ].join("\n");
}

/** How many checks failed. */
export function failures(checks: Diagnosis["checks"]): number {
  return checks.filter(({ result }) => result === "FAIL").length;
}
