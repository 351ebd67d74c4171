/**
 * `teredo status`.
 *
 * @module
 */

import { CliError, toCliError } from "../process/failure.ts";
import { type Command, command } from "../args/command.ts";
import { CONTROLLED_ROLES, type ControlledRole } from "../daemon/control/control_path.ts";
import { ExitCode } from "../process/exit_code.ts";
import { switchedOff } from "../args/option.ts";
import { pause } from "../../pause.ts";
import { CONTROL } from "./options/service_options.ts";
import type { StatusReport } from "../daemon/status/status_report.ts";
import { COLOURED, PLAIN } from "../text/style.ts";
import { oneOf } from "../args/kinds/value_kind.ts";

/** From one report to the next, in milliseconds. */
const WATCH_INTERVAL = 2_000;

/** Clears a terminal. */
const CLEAR = "\x1b[H\x1b[2J";

/** Shows the state of running roles. */
export const status: Command = command({
  name: "status",
  summary: "Show the state of the client, server or relay running on this host",
  details: [
    "Asks the running role through its control socket. If several roles run, all are shown " +
    "unless one is named.",
    `The exit code is ${ExitCode.NOT_READY} unless all is well: if nothing is running, the client ` +
    "has no address, or something is wrong with a role's interface or host.",
  ],
  positional: {
    kind: oneOf("ROLE", CONTROLLED_ROLES),
    help: `Role to show: ${CONTROLLED_ROLES.join(", ")}`,
    isRequired: false,
  },
  options: {
    json: switchedOff("Print JSON, one line for each role; docs/status.schema.json describes it"),
    watch: switchedOff("Repeat every two seconds until interrupted"),
    control: CONTROL,
  },
  examples: [
    { line: "status", does: "Show the address, the NAT, the peers and the drops" },
    { line: "status client --json", does: "Print the client's state for programs" },
    { line: "status --watch", does: "Watch peers come and go" },
  ],
  async run({ json, watch, control }, [role], context) {
    const { print, isColourful, isTerminal } = context;
    const signal = context.takeSignals();
    const { statusText } = await import("../ask/status_text.ts");
    const style = isColourful ? COLOURED : PLAIN;
    const show = async () => {
      const { reports, failure } = await ask(control, role as ControlledRole | undefined, signal);
      if (signal.aborted) return { reports, failure };
      const text = reports.map((report) =>
        json ? `${JSON.stringify(report)}\n` : statusText(report, style, context.width)
      );
      if (watch && isTerminal && !json) print(CLEAR);
      print(text.join(json ? "" : "\n"));
      return { reports, failure };
    };
    if (!watch) return check(await show());
    while (!signal.aborted) {
      await show();
      await pause(WATCH_INTERVAL, signal);
    }
  },
});

/** What the roles answer. */
interface Answers {
  readonly reports: readonly StatusReport[];
  /** What is wrong with a role that gave no report while others did. */
  readonly failure: CliError | undefined;
}

/** @throws {CliError} none of the roles gave a report */
async function ask(
  control: string | undefined,
  role: ControlledRole | undefined,
  signal: AbortSignal,
): Promise<Answers> {
  const [{ chooseSockets }, { ControlClient }] = await Promise.all([
    import("../ask/find_controls.ts"),
    import("../ask/control_client.ts"),
  ]);
  const reports: StatusReport[] = [];
  const failures: CliError[] = [];
  for (const path of await chooseSockets(control, role)) {
    const client = new ControlClient(path);
    try {
      const report = await client.status(signal);
      if (report !== undefined) reports.push(checkRole(report, role, path));
    } catch (error) {
      failures.push(toCliError(error));
    }
  }
  const [failure] = failures;
  if (failure !== undefined && reports.length === 0) throw failure;
  return { reports, failure };
}

function checkRole(report: StatusReport, wanted: ControlledRole | undefined, path: string) {
  // A server with a relay is a server.
  if (wanted === undefined || report.role.split("+")[0] === wanted) return report;
  throw new CliError(
    `Cannot show a ${wanted}: a ${report.role} answers at ${path}`,
    ExitCode.NOT_RUNNING,
  );
}

function check({ reports, failure }: Answers): void {
  if (failure !== undefined) throw failure;
  checkReady(reports);
}

function checkReady(reports: readonly StatusReport[]): void {
  const waiting = reports.find(({ ready }) => !ready);
  if (waiting === undefined) return;
  const { role, state, interfaceFaults: [fault] } = waiting;
  const what = fault === undefined
    ? `The ${role} has no Teredo address: it is ${state}`
    : `The ${role} is ${state}, but something is wrong with its interface or host. ${fault.message}`;
  throw new CliError(what, ExitCode.NOT_READY);
}
