/**
 * What the report of a running client means, as checks.
 *
 * @module
 */

import { reasonText } from "../ask/status_text.ts";
import type { StatusReport } from "../daemon/status/status_report.ts";
import { type Check, fail, note, pass } from "../probe/check.ts";
import { formatDuration } from "../text/duration.ts";

/** The checks; `status` is the report, or why there is none. */
export function clientChecks(status: StatusReport | string): Check[] {
  if (typeof status === "string") {
    return [note("client", status, 'Start one: "teredo client SERVER", or the service')];
  }
  return [
    stateOf(status),
    ...status.interfaceFaults.map(({ type, message }) => {
      const [problem = "", ...rest] = message.split(". ");
      const remedy = rest.join(". ") || `"teredo status" shows when this is over (${type})`;
      return fail("interface", problem, remedy);
    }),
  ];
}

function stateOf({ state, address, offline, server }: StatusReport): Check {
  const check = "client";
  const through = server === null ? "" : ` through ${server.name}`;
  switch (state) {
    case "qualified":
      return pass(check, `Qualified${through}: ${address}`);
    case "disabled":
      return note(
        check,
        "It rests: this host has native IPv6",
        "To run it in any case, say --force",
      );
    case "offline": {
      const next = offline === null ? "" : `; next try in ${formatDuration(offline.retryIn)}`;
      const reason = offline === null ? "" : `: ${reasonText(offline.reason)}`;
      return fail(check, `Off-line${through}${reason}${next}`, "The checks below say more");
    }
    default:
      return note(check, `It asks for an address${through}`, "Wait some seconds, and try again");
  }
}
