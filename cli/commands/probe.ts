/**
 * `teredo probe`.
 *
 * @module
 */

import { CliError, UsageError } from "../process/failure.ts";
import { type Command, command } from "../args/command.ts";
import { formatDuration } from "../process/duration.ts";
import { ExitCode } from "../process/exit_code.ts";
import { optional, switchedOff } from "../args/option.ts";
import { SERVER } from "../args/kinds/host_kinds.ts";
import { REFRESH_INTERVAL, WAITING_TIME } from "../args/kinds/number_kinds.ts";
import { ALLOW_PRIVATE } from "./options/shared_options.ts";

/** How long an address that does not answer is waited for unless told, in milliseconds. */
const TIMEOUT = 3_000;

/** Tells whether servers can be used from here, and what the NAT is like. */
export const probe: Command = command({
  name: "probe",
  summary: "Tell which servers can be used from here, and what the NAT is like",
  details: [
    "Asks both addresses of each server for an address, as a client would, and finds out what the " +
    "NAT on the way does. It needs no permission, changes nothing, and ends by itself after a few " +
    "seconds.",
    `It ends with code ${ExitCode.NOT_QUALIFIED} when none of the servers can be used.`,
  ],
  positional: {
    kind: SERVER,
    help: "The name or primary IPv4 address of a server; with a comma its secondary address " +
      "behind it, where that is not the one after the primary",
    isRequired: false,
    isRepeated: true,
  },
  options: {
    json: switchedOff("Print JSON with the keys schema, recommended, nat and servers"),
    timeout: optional(
      WAITING_TIME,
      "How long an address that does not answer is waited for",
      String(TIMEOUT / 1000),
    ),
    refresh: optional(
      REFRESH_INTERVAL,
      "Find out how long a mapping lasts without a packet, up to so many seconds; takes that long",
      "not tried",
    ),
    allowPrivate: ALLOW_PRIVATE,
  },
  examples: [
    {
      line: "probe teredo.example",
      does: "Tell whether that server can be used, and name the NAT",
    },
    {
      line: "probe teredo.example 203.0.113.1,203.0.113.9 --json",
      does: "Compare two servers, of which one has unusual addresses, for a program",
    },
    {
      line: "probe teredo.example --refresh 120",
      does: "Also find out, within two minutes, how seldom the mapping needs a packet",
    },
  ],
  async run(
    { json, timeout = TIMEOUT, refresh, allowPrivate },
    servers,
    { print, printError, signal, width },
  ) {
    if (servers.length === 0) {
      throw new UsageError(
        '"teredo probe" needs a server: name one or more. The public ones of old are gone, so ' +
          "that none is tried unasked",
        "probe",
      );
    }
    if (refresh !== undefined) {
      printError(`Trying how long a mapping lasts: this takes up to ${formatDuration(refresh)}\n`);
    }
    const [{ runProbe }, { probeReport }, { probeText }] = await Promise.all([
      import("../probe/run_probe.ts"),
      import("../probe/probe_report.ts"),
      import("../probe/probe_text.ts"),
    ]);
    const outcomes = await runProbe({ servers, timeout, refresh, allowPrivate }, signal);
    const report = probeReport(outcomes);
    print(json ? `${JSON.stringify(report)}\n` : probeText(report, width));
    if (report.recommended === null) {
      const whom = servers.length === 1 ? "The server" : "None of the servers";
      const not = servers.length === 1 ? "cannot" : "can";
      throw new CliError(
        `${whom} ${not} be used from here: see the report`,
        ExitCode.NOT_QUALIFIED,
      );
    }
  },
});
