/**
 * `teredo diagnose`.
 *
 * @module
 */

import { type Command, command } from "../args/command.ts";
import { HOSTS, IPV6_HOST } from "../args/kinds/host_kinds.ts";
import { OCTETS } from "../args/kinds/secret_notation.ts";
import { FILE } from "../args/kinds/value_kind.ts";
import { optional, switchedOff } from "../args/option.ts";
import { credentialContradiction, readCredentials } from "../daemon/settings/client_credentials.ts";
import { ExitCode } from "../process/exit_code.ts";
import { CliError } from "../process/failure.ts";
import { openLog } from "../process/open_log.ts";
import { CONTROL } from "./options/service_options.ts";
import { ALLOW_PRIVATE } from "./options/shared_options.ts";

/** Columns of the widest lines: longer ones are hard to read. */
const MAX_WIDTH = 100;

/** How long to wait for each answer of a server, and for the peer, in milliseconds. */
const TIMEOUTS = { server: 3_000, peer: 10_000 } as const;

/** Looks for everything that keeps Teredo from working. */
export const diagnose: Command = command({
  name: "diagnose",
  summary: "Find out what keeps Teredo from working on this host",
  details: [
    "Looks at the running client, its server and the NAT, this host's routes, firewall, kernel " +
    "settings and clock, and says what is wrong and what to do. With a peer or another host, it " +
    "pings that through the client and says why there is no answer. It changes nothing.",
    `The exit code is ${ExitCode.FAILED} if a check failed.`,
  ],
  positional: { kind: IPV6_HOST, help: "IPv6 address or name to ping", isRequired: false },
  options: {
    server: optional(HOSTS, "Servers to probe", "the server of the running client"),
    identifier: optional(OCTETS, "Client identifier, for servers that require authentication"),
    secretFile: optional(FILE, "File that holds the secret for --identifier"),
    allowPrivate: ALLOW_PRIVATE,
    json: switchedOff(
      "Print JSON with the keys schema, version, made, checks, ping, probe, client",
    ),
    bundle: optional(
      FILE,
      "Also write the report to a new file, to send to someone; it holds no secrets",
      "no file",
    ),
    control: CONTROL,
  },
  examples: [
    { line: "diagnose", does: "Look at everything that Teredo depends on" },
    {
      line: "diagnose 2001:0:5301:101:385c:63bf:acfe:fdf8",
      does: "Also find out why this peer does not answer",
    },
    {
      line: "diagnose --server teredo.example --bundle report.json",
      does: "Probe this server, and write a report to send to its operator",
    },
  ],
  contradiction: credentialContradiction,
  async run(values, [host], { print, printError, takeSignals, width }) {
    const signal = takeSignals();
    const [{ diagnose }, { destinationOf }, { diagnosisText, failures }, { writeBundle }] =
      await Promise.all([
        import("../diagnosis/diagnose.ts"),
        import("../diagnosis/destination.ts"),
        import("../diagnosis/diagnosis_text.ts"),
        import("../diagnosis/bundle.ts"),
      ]);
    const { server, allowPrivate, json, bundle, control } = values;
    const credentials = readCredentials(values, openLog("warn", printError));
    const diagnosis = await diagnose({
      peer: host === undefined ? undefined : await destinationOf(host),
      servers: server ?? [],
      control,
      probe: { timeout: TIMEOUTS.server, refresh: undefined, allowPrivate, credentials },
      timeout: TIMEOUTS.peer,
    }, signal);
    if (bundle !== undefined) writeBundle(bundle, diagnosis);
    const columns = Math.min(width, MAX_WIDTH);
    print(json ? `${JSON.stringify(diagnosis)}\n` : diagnosisText(diagnosis, columns));
    if (failures(diagnosis.checks) > 0) throw new CliError("Something is wrong: see the report");
  },
});
