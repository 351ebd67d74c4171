/**
 * `teredo probe`.
 *
 * @module
 */

import { FOLDERS, pathIn } from "../process/folders.ts";
import { CliError, UsageError } from "../process/failure.ts";
import { type Command, command } from "../args/command.ts";
import { formatDuration } from "../text/duration.ts";
import { ExitCode } from "../process/exit_code.ts";
import { optional, switchedOff } from "../args/option.ts";
import { SERVER } from "../args/kinds/host_kinds.ts";
import { REFRESH_INTERVAL, WAITING_TIME } from "../args/kinds/number_kinds.ts";
import { OCTETS } from "../args/kinds/secret_notation.ts";
import { FILE } from "../args/kinds/value_kind.ts";
import { credentialContradiction, readCredentials } from "../daemon/settings/client_credentials.ts";
import { mappingProtocols } from "../daemon/settings/port_mapping_protocols.ts";
import { openLog } from "../process/open_log.ts";
import { systemTeredo } from "../process/system_teredo.ts";
import { ALLOW_PRIVATE, portMappingOption } from "./options/shared_options.ts";

/** How long to wait for each answer unless told otherwise, in milliseconds. */
const TIMEOUT = 3_000;

/** Tests servers from here, and finds out about the NAT. */
export const probe: Command = command({
  name: "probe",
  summary: "Test which servers work from here, and find out about the NAT",
  details: [
    "Asks both addresses of each server for an address, as a client would, and finds out how the " +
    "NAT on the way behaves. The router is asked to map a port, which is given back at once. It " +
    "needs no privileges, changes nothing else, and takes a few seconds.",
    `The exit code is ${ExitCode.NOT_QUALIFIED} if none of the servers works.`,
  ],
  positional: {
    kind: SERVER,
    help:
      "Name or primary IPv4 address of a server; add a comma and the secondary address if that " +
      "is not the next one",
    isRequired: false,
    isRepeated: true,
  },
  options: {
    json: switchedOff(
      "Print JSON with the keys schema, recommended, nat, portMapping, servers and systemTeredo",
    ),
    timeout: optional(
      WAITING_TIME,
      "How long to wait for each answer",
      String(TIMEOUT / 1000),
    ),
    refresh: optional(
      REFRESH_INTERVAL,
      "Also test whether an unused mapping lasts this long; takes as long",
      "not tested",
    ),
    identifier: optional(OCTETS, "Client identifier, for servers that require authentication"),
    secretFile: optional(FILE, "File that holds the secret for --identifier"),
    portMapping: portMappingOption(
      "Also ask the router whether it maps ports: by PCP, NAT-PMP and UPnP, by one of them, or not",
    ),
    allowPrivate: ALLOW_PRIVATE,
  },
  examples: [
    {
      line: "probe teredo.example",
      does: "Test this server, and find out about the NAT",
    },
    {
      line: "probe teredo.example 203.0.113.1,203.0.113.9 --json",
      does: "Compare two servers, one with unusual addresses, for programs",
    },
    {
      line: `probe teredo.example --identifier alice --secret-file ${
        pathIn(FOLDERS.config, "secret")
      }`,
      does: "Test a server that serves only known clients",
    },
    {
      line: "probe teredo.example --refresh 120",
      does: "Also test, within two minutes, how long the mapping lasts",
    },
  ],
  contradiction: credentialContradiction,
  async run(
    { json, timeout = TIMEOUT, refresh, allowPrivate, portMapping, ...given },
    servers,
    { print, printError, takeSignals, width },
  ) {
    const signal = takeSignals();
    if (servers.length === 0) {
      throw new UsageError(
        '"teredo probe" needs the name of a server. The public servers of the past are gone, so ' +
          "there is no default",
        "probe",
      );
    }
    if (refresh !== undefined) {
      printError(`Testing how long a mapping lasts: this takes up to ${formatDuration(refresh)}\n`);
    }
    const [{ probeAll }, { probeReport }, { probeText }] = await Promise.all([
      import("../probe/probe_all.ts"),
      import("../probe/probe_report.ts"),
      import("../probe/probe_text.ts"),
    ]);
    const credentials = readCredentials(given, openLog("warn", printError));
    const options = { servers, timeout, refresh, allowPrivate, credentials };
    const protocols = mappingProtocols(portMapping);
    const [[outcomes, mapping], system] = await Promise.all([
      probeAll({ ...options, protocols }, signal),
      systemTeredo(),
    ]);
    const report = probeReport(outcomes, { portMapping: mapping, systemTeredo: system });
    print(json ? `${JSON.stringify(report)}\n` : probeText(report, width));
    if (report.recommended === null) {
      const verdict = servers.length === 1 ? "The server does not work" : "No server works";
      throw new CliError(`${verdict} from here: see the report`, ExitCode.NOT_QUALIFIED);
    }
  },
});
