/**
 * The report of a probe for people.
 *
 *     Server teredo.example (192.0.2.1 and 192.0.2.2)
 *       PASS  primary address    192.0.2.1 answers in 12 ms (median of 3)
 *       FAIL  secondary address  192.0.2.2 does not answer
 *                                Clients do not qualify without it. …
 *
 *     NAT: port-restricted cone
 *     Recommended: none
 *
 * @module
 */

import type { NatName } from "../../client/probe/findings.ts";
import { wrap } from "../args/help.ts";
import { type Check, formatRoundTrip } from "./probe_checks.ts";
import type { ProbeReport, ServerReport } from "./probe_report.ts";

/** Columns that a line has at most. */
const WIDTH = 100;

/** Columns of the longest name of a check, and of all that stands before the details. */
const NAME_WIDTH = "secondary address".length;
const INDENT = 2 + "PASS".length + 2 + NAME_WIDTH + 2;

/** The report as text. */
export function probeText(report: ProbeReport): string {
  return [
    ...report.servers.flatMap((server) => [heading(server), ...server.checks.flatMap(row), ""]),
    `NAT: ${natText(report.nat)}`,
    `Recommended: ${recommendation(report)}`,
    "",
  ].join("\n");
}

function heading({ server, primary, secondary }: ServerReport): string {
  if (primary === null) return `Server ${server}`;
  if (server.split(",")[0] === primary) return `Server ${primary} and ${secondary}`;
  return `Server ${server} (${primary} and ${secondary})`;
}

function row({ result, check, detail, remedy }: Check): string[] {
  const [first = "", ...rest] = wrap(detail, WIDTH - INDENT);
  const more = [...rest, ...remedy === null ? [] : wrap(remedy, WIDTH - INDENT)];
  return [
    `  ${result}  ${check.padEnd(NAME_WIDTH)}  ${first}`,
    ...more.map((line) => " ".repeat(INDENT) + line),
  ];
}

function recommendation({ recommended, servers }: ProbeReport): string {
  const server = servers.find((each) => each.server === recommended && each.qualifies);
  if (server === undefined) return "none of these servers";
  return `${server.server}, which answers in ${formatRoundTrip(server.roundTrip.primary ?? 0)}`;
}

/** A NAT's name in words. */
export function natText(name: NatName): string {
  switch (name) {
    case "none":
      return "none";
    case "full_cone":
      return "full cone";
    case "address_restricted":
      return "address-restricted cone";
    case "port_restricted":
      return "port-restricted cone";
    case "symmetric":
      return "symmetric";
    case "cone_of_some_kind":
      return "a cone, and whom it lets in could not be seen";
    case "unknown":
      return "unknown, for want of answers";
  }
}
