/**
 * `teredo status`.
 *
 * @module
 */

import { CliError } from "../cli_error.ts";
import { type Command, command } from "../command.ts";
import { CONTROLLED_ROLES, type ControlledRole } from "../control/control_path.ts";
import { ExitCode } from "../exit_code.ts";
import { switchedOff } from "../option.ts";
import { pause } from "../pause.ts";
import { CONTROL } from "../service/service_options.ts";
import type { StatusReport } from "../status/status_report.ts";
import { COLOURED, PLAIN } from "../style.ts";
import { oneOf } from "../value_kind.ts";

/** From one report to the next, in milliseconds. */
const WATCH_INTERVAL = 2_000;

/** Clears a terminal. */
const CLEAR = "\x1b[H\x1b[2J";

/** Tells what a running role is at. */
export const status: Command = command({
  name: "status",
  summary: "Tell what the client, server or relay that runs here is at",
  details: [
    "Asks the role by its control socket. Where several run, each is told of, unless one is named.",
    `It ends with code ${ExitCode.NOT_RUNNING} when nothing runs, or when the client that does has ` +
    "no address.",
  ],
  positional: {
    kind: oneOf("ROLE", CONTROLLED_ROLES),
    help: `Which one: ${CONTROLLED_ROLES.join(", ")}`,
    isRequired: false,
  },
  options: {
    json: switchedOff("Print JSON, one line for each role, as docs/status.schema.json has it"),
    watch: switchedOff("Print it again every two seconds, until interrupted"),
    control: CONTROL,
  },
  examples: [
    { line: "status", does: "Tell the address, the NAT, the peers and what was dropped" },
    { line: "status client --json", does: "The client's state for a program" },
    { line: "status --watch", does: "See how peers come and go" },
  ],
  async run({ json, watch, control }, [role], { print, signal, isColourful, isTerminal }) {
    const { statusText } = await import("../status/status_text.ts");
    const style = isColourful ? COLOURED : PLAIN;
    const show = async () => {
      const reports = await ask(control, role as ControlledRole | undefined);
      const text = reports.map((report) =>
        json ? `${JSON.stringify(report)}\n` : statusText(report, style)
      );
      if (watch && isTerminal && !json) print(CLEAR);
      print(text.join(json ? "" : "\n"));
      return reports;
    };
    let reports = await show();
    while (watch && !signal.aborted) {
      await pause(WATCH_INTERVAL, signal);
      if (!signal.aborted) reports = await show();
    }
    if (!watch) checkReady(reports);
  },
});

async function ask(
  control: string | undefined,
  role: ControlledRole | undefined,
): Promise<StatusReport[]> {
  const { choosePaths, ControlClient } = await import("../control/control_client.ts");
  const reports: StatusReport[] = [];
  for (const path of await choosePaths(control, role)) {
    using client = new ControlClient(path);
    reports.push(await client.status());
  }
  return reports;
}

function checkReady(reports: readonly StatusReport[]): void {
  const waiting = reports.find(({ ready }) => !ready);
  if (waiting === undefined) return;
  throw new CliError(
    `The ${waiting.role} has no Teredo address: it is ${waiting.state}`,
    ExitCode.NOT_QUALIFIED,
  );
}
