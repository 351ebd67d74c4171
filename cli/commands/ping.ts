/**
 * `teredo ping`.
 *
 * @module
 */

import { CliError } from "../process/failure.ts";
import { type Command, command } from "../args/command.ts";
import { ExitCode } from "../process/exit_code.ts";
import { defaulted, optional, switchedOff } from "../args/option.ts";
import { pause } from "../process/pause.ts";
import { IPV6 } from "../args/kinds/address_kinds.ts";
import { COUNT, WAITING_TIME } from "../args/kinds/number_kinds.ts";
import type { PingReport } from "../daemon/status/ping_report.ts";
import { wrap } from "../text/layout.ts";
import { CONTROL } from "./options/service_options.ts";

/** How long each answer is waited for unless told, in milliseconds: a peer is looked for about so long. */
const TIMEOUT = 10_000;

/** From an answer to the next request unless told, in milliseconds. */
const INTERVAL = 1_000;

/** Sends echo requests through the client, and tells which way each answer came. */
export const ping: Command = command({
  name: "ping",
  summary: "Ask an IPv6 address for a sign of life, and tell by which path the answer came",
  details: [
    "The requests go through the client that runs here as the host's own packets do: directly to " +
    "another Teredo client, over the local network to one behind the same NAT, or through a relay to " +
    "a native IPv6 host. The first one may take some seconds, while the way is looked for.",
    `It ends with code ${ExitCode.FAILED} when no answer came, and with code ` +
    `${ExitCode.NOT_RUNNING} when no client runs or it has no address.`,
  ],
  positional: { kind: IPV6, help: "The IPv6 address to ask", isRequired: true },
  options: {
    count: { ...defaulted(COUNT, 4, "How many requests are sent"), letter: "c" },
    interval: {
      ...optional(
        WAITING_TIME,
        "How long it rests from an answer to the next request",
        String(INTERVAL / 1000),
      ),
      letter: "i",
    },
    timeout: {
      ...optional(WAITING_TIME, "How long each answer is waited for", String(TIMEOUT / 1000)),
      letter: "W",
    },
    json: switchedOff("Print JSON, one line for each request"),
    control: CONTROL,
  },
  examples: [
    { line: "ping 2001:0:5301:101:385c:63bf:acfe:fdf8", does: "Find out how a peer is reached" },
    { line: "ping 2001:db8::1 --count 1 --json", does: "The same of a native host, for a program" },
  ],
  async run(
    { count, interval, timeout = TIMEOUT, json, control },
    [address],
    { print, signal, isTerminal, width },
  ) {
    const [{ choosePaths }, { ControlClient }, { pingText, summaryText }] = await Promise.all([
      import("../ask/find_controls.ts"),
      import("../ask/control_client.ts"),
      import("../ask/ping_text.ts"),
    ]);
    const [path] = await choosePaths(control, "client");
    using client = new ControlClient(path!);
    // Elsewhere than in a terminal, each request has one line.
    const lines = (text: string) => isTerminal ? wrap(text, width, 4).join("\n") : text;
    const reports: PingReport[] = [];
    while (reports.length < count && !signal.aborted) {
      if (reports.length > 0) await pause(interval ?? INTERVAL, signal);
      if (signal.aborted) break;
      const report = await client.ping(address!, timeout, signal);
      if (report === undefined) break;
      reports.push(report);
      print(`${json ? JSON.stringify(report) : lines(pingText(report, timeout))}\n`);
      // Nothing was sent, and nothing will be the next time.
      if (report.outcome === "not_qualified" || report.outcome === "refused") break;
    }
    if (reports.length === 0) {
      throw new CliError(`${address} had not answered when it was interrupted`);
    }
    if (!json) print(`${lines(summaryText(reports))}\n`);
    check(reports);
  },
});

function check(reports: readonly PingReport[]): void {
  if (reports.some(({ outcome }) => outcome === "not_qualified")) {
    throw new CliError(
      'The client has no address: "teredo status" tells why',
      ExitCode.NOT_QUALIFIED,
    );
  }
  if (reports.some(({ outcome }) => outcome === "answered")) return;
  throw new CliError(`${reports[0]!.destination} did not answer`);
}
