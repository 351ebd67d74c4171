/**
 * `teredo ping`.
 *
 * @module
 */

import { CliError } from "../process/failure.ts";
import { type Command, command } from "../args/command.ts";
import { ExitCode } from "../process/exit_code.ts";
import { defaulted, optional, switchedOff } from "../args/option.ts";
import { pause } from "../../pause.ts";
import { IPV6_HOST } from "../args/kinds/host_kinds.ts";
import { COUNT, WAITING_TIME } from "../args/kinds/number_kinds.ts";
import type { PingReport } from "../daemon/status/ping_report.ts";
import { wrap } from "../text/layout.ts";
import { CONTROL } from "./options/service_options.ts";

/**
 * How long to wait for each answer unless told otherwise, in milliseconds: a search for a peer
 * takes about as long.
 */
const TIMEOUT = 10_000;

/** Pause between an answer and the next request unless told otherwise, in milliseconds. */
const INTERVAL = 1_000;

/** Columns of the widest lines: longer ones are hard to read. */
const MAX_WIDTH = 100;

/** Sends echo requests through the client, and shows which path each answer took. */
export const ping: Command = command({
  name: "ping",
  summary: "Ping an IPv6 address and show which path each answer took",
  details: [
    "The requests go through the running client like this host's own packets: directly to " +
    "another Teredo client, over the local network to one behind the same NAT, or through a " +
    "relay to a native IPv6 host. The first answer may take some seconds, while the client " +
    "finds the path. Without an answer, it says what was sent, what came back and what to do.",
    `The exit code is ${ExitCode.FAILED} if there was no answer, and ${ExitCode.NOT_RUNNING} if ` +
    "no client is running or it has no address.",
  ],
  positional: { kind: IPV6_HOST, help: "IPv6 address or name to ping", isRequired: true },
  options: {
    count: { ...defaulted(COUNT, 4, "Number of requests"), letter: "c" },
    interval: {
      ...optional(
        WAITING_TIME,
        "Pause between an answer and the next request",
        String(INTERVAL / 1000),
      ),
      letter: "i",
    },
    timeout: {
      ...optional(WAITING_TIME, "How long to wait for each answer", String(TIMEOUT / 1000)),
      letter: "W",
    },
    json: switchedOff("Print JSON, one line for each request"),
    control: CONTROL,
  },
  examples: [
    {
      line: "ping 2001:0:5301:101:385c:63bf:acfe:fdf8",
      does: "Find out which path leads to a peer",
    },
    { line: "ping 2001:db8::1 --count 1 --json", does: "Ping a native host once, for programs" },
  ],
  async run(
    { count, interval, timeout = TIMEOUT, json, control },
    [host],
    { print, takeSignals, isTerminal, width },
  ) {
    const signal = takeSignals();
    const [
      { chooseSockets },
      { ControlClient },
      { pingText, summaryText },
      { destinationOf },
      { PingExplainer },
      { explanationText },
    ] = await Promise.all([
      import("../ask/find_controls.ts"),
      import("../ask/control_client.ts"),
      import("../ask/ping_text.ts"),
      import("../diagnosis/destination.ts"),
      import("../diagnosis/ping_explainer.ts"),
      import("../diagnosis/explanation_text.ts"),
    ]);
    const address = await destinationOf(host!);
    const [path] = await chooseSockets(control, "client");
    const client = new ControlClient(path!);
    const waiting = timeout ?? TIMEOUT;
    // Elsewhere than in a terminal, each request has one line.
    const lines = (text: string) => isTerminal ? wrap(text, width, 4).join("\n") : text;
    const explainer = new PingExplainer(client);
    const reports: PingReport[] = [];
    while (reports.length < count && !signal.aborted) {
      if (reports.length > 0) await pause(interval ?? INTERVAL, signal);
      if (signal.aborted) break;
      const report = await client.ping(address, waiting, signal);
      if (report === undefined) break;
      reports.push(report);
      const explanation = await explainer.explain(report, signal) ?? null;
      print(
        `${json ? JSON.stringify({ ...report, explanation }) : lines(pingText(report, waiting))}\n`,
      );
      // Nothing was sent, and nothing will be the next time.
      if (report.outcome === "not_qualified" || report.outcome === "refused") break;
    }
    if (reports.length === 0) {
      throw new CliError(`Interrupted before ${address} answered`);
    }
    if (!json) {
      print(`${lines(summaryText(reports))}\n`);
      const { latest } = explainer;
      if (latest !== undefined) print(`${explanationText(latest, Math.min(width, MAX_WIDTH))}\n`);
    }
    check(reports);
  },
});

function check(reports: readonly PingReport[]): void {
  if (reports.some(({ outcome }) => outcome === "not_qualified")) {
    throw new CliError(
      'The client has no address: "teredo status" shows why',
      ExitCode.NOT_QUALIFIED,
    );
  }
  if (reports.some(({ outcome }) => outcome === "answered")) return;
  throw new CliError(`${reports[0]!.destination} did not answer`);
}
