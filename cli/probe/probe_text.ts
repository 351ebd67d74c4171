/**
 * The report of a probe for people.
 *
 *     Server teredo.example (192.0.2.1 and 192.0.2.2)
 *       PASS  primary address    192.0.2.1 answered in 12 ms (median of 3)
 *       NOTE  secondary address  192.0.2.2 does not answer
 *                                Clients qualify without it, but cannot see whether …
 *
 *     Router
 *       PASS  port mapping       Router 192.168.1.1 maps ports of 203.0.113.5 by PCP, UPnP
 *
 *     NAT: unknown
 *     Recommended: teredo.example, which answers in 12 ms
 *
 * @module
 */

import type { NatName } from "../../client/probe/findings.ts";
import { wrap } from "../text/layout.ts";
import { isAtWork, pointTo, SWITCH_OFF, systemTeredoText } from "../process/system_teredo.ts";
import { NAT_WORDS } from "../text/nat_words.ts";
import { checkLines } from "./check.ts";
import { formatRoundTrip } from "./probe_checks.ts";
import type { ProbeReport, ServerReport } from "./probe_report.ts";

/** Columns of the widest lines: longer ones are hard to read. */
const MAX_WIDTH = 100;

/** The column at which details begin: behind the longest name of a check. */
const DETAIL_COLUMN = 2 + "PASS".length + 2 + "secondary address".length + 2;

/** A NAT's name in words. */
const NATS: Readonly<Record<NatName, string>> = {
  none: NAT_WORDS.none,
  "full_cone": NAT_WORDS.fullCone,
  "address_restricted": NAT_WORDS.addressRestricted,
  "port_restricted": NAT_WORDS.portRestricted,
  symmetric: NAT_WORDS.symmetric,
  "cone_of_some_kind": NAT_WORDS.someCone,
  unknown: `${NAT_WORDS.unknown}: no answers`,
};

/** The report as text, in lines of at most `width` columns. */
export function probeText(report: ProbeReport, width: number): string {
  const columns = Math.min(width, MAX_WIDTH);
  return [
    ...report.servers.flatMap((server) => [
      ...wrap(heading(server), columns, 2),
      ...server.checks.flatMap((check) => checkLines(check, DETAIL_COLUMN, columns)),
      "",
    ]),
    ...report.portMapping === null
      ? []
      : ["Router", ...checkLines(report.portMapping, DETAIL_COLUMN, columns), ""],
    ...wrap(`NAT: ${NATS[report.nat]}`, columns, 2),
    ...wrap(`Recommended: ${recommendation(report)}`, columns, 2),
    ...systemLines(report, columns),
    "",
  ].join("\n");
}

/** What the system's own client does, and what to do about it. */
function systemLines({ systemTeredo, recommended }: ProbeReport, columns: number): string[] {
  if (systemTeredo === null) return [];
  const what = wrap(systemTeredoText(systemTeredo), columns, 2);
  const point = recommended === null
    ? []
    : ["To use this server with it, as administrator:", `  ${pointTo(recommended.split(",")[0]!)}`];
  // Commands are in one line, to be copied.
  const off = isAtWork(systemTeredo)
    ? ["To switch it off, as administrator:", `  ${SWITCH_OFF}`]
    : [];
  return [...what, ...off, ...point];
}

function heading({ server, primary, secondary }: ServerReport): string {
  if (primary === null) return `Server ${server}`;
  if (server.split(",")[0] === primary) return `Server ${primary} and ${secondary}`;
  return `Server ${server} (${primary} and ${secondary})`;
}

function recommendation({ recommended, servers }: ProbeReport): string {
  // A name may stand for several servers.
  const [server] = servers.filter((each) => each.server === recommended && each.qualifies)
    .sort((one, other) => (one.roundTrip.primary ?? 0) - (other.roundTrip.primary ?? 0));
  if (server === undefined) return "none of these servers";
  return `${server.server}, which answered in ${formatRoundTrip(server.roundTrip.primary ?? 0)}`;
}
