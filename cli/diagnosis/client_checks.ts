/**
 * What the report of a running client means, as checks.
 *
 * @module
 */

import { StillStarting } from "../ask/control_client.ts";
import { reasonText } from "../ask/status_text.ts";
import type { PortMappingPart, StatusReport } from "../daemon/status/status_report.ts";
import { type Check, fail, note, pass } from "../probe/check.ts";
import { ExitCode } from "../process/exit_code.ts";
import type { CliError } from "../process/failure.ts";
import type { MappingFailure } from "../../portmap/port_mapping.ts";
import {
  failureRemedy,
  failureText,
  OTHER_NAT_REMEDY,
  PROTOCOL_NAMES,
} from "../text/port_mapping_words.ts";
import { formatDuration } from "../text/duration.ts";

/** The checks; `status` is the report, or why it is missing. */
export function clientChecks(status: StatusReport | CliError): Check[] {
  if (status instanceof Error) return [withoutReport(status)];
  // Routes that win over the client's are checked at this moment, with the rest of the host.
  const faults = status.interfaceFaults.filter(({ type }) => type !== "detour");
  return [
    stateOf(status),
    ...portMappingOf(status.portMapping),
    ...faults.map(({ message }) => {
      const [problem, remedy] = sentences(message);
      return fail("interface", problem, remedy || '"teredo status" shows when this is over');
    }),
  ];
}

function withoutReport(error: CliError): Check {
  const check = "client";
  if (error instanceof StillStarting) {
    const [activity, remedy] = sentences(error.activity);
    const detail = `The client is still starting: ${activity}`;
    return remedy === ""
      ? note(check, detail, "Wait some seconds, and try again")
      : fail(check, detail, remedy);
  }
  const [problem, remedy] = sentences(error.message);
  return error.exitCode === ExitCode.NOT_RUNNING
    ? note(check, problem, remedy || "Start a client")
    : fail(check, problem, remedy || "Restart the client");
}

/** What the router does for the client. Nothing depends on it, so it is never a failure. */
function portMappingOf(part: PortMappingPart | null): Check[] {
  const check = "port mapping";
  // An older client says nothing about it.
  if (!part) return [];
  const { state, external, protocol, view, reason, tried } = part;
  if (state === "mapped") {
    const detail = `The router maps ${external} to the client by ${PROTOCOL_NAMES[protocol!]}`;
    return view === "other_address"
      ? [note(check, `${detail}, but another NAT is beyond it`, OTHER_NAT_REMEDY)]
      : [pass(check, detail)];
  }
  if (state !== "failed") return [];
  const why = reason as MappingFailure;
  const detail = `The router maps no port: ${failureText(why, tried)}`;
  return [note(check, detail, failureRemedy(why))];
}

/** The first sentence of a message, and the rest. */
function sentences(message: string): [problem: string, remedy: string] {
  const [problem = "", ...rest] = message.split(". ");
  return [problem, rest.join(". ")];
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
