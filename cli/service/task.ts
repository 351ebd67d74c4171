/**
 * Tasks of Windows' Task Scheduler, in the XML that `schtasks /Create /XML` reads ("Task Scheduler
 * Schema" in Microsoft's reference).
 *
 * @module
 */

import { AUTHOR } from "./service_files.ts";
import type { Service } from "./services.ts";
import { xmlText } from "./xml_text.ts";

/** The user that the task runs as: LocalSystem, which may make interfaces. */
const SYSTEM = "S-1-5-18";

/** What the task runs. */
interface TaskProgram {
  /** The absolute path of the executable. */
  readonly program: string;
  /** Where its messages go. */
  readonly log: string;
}

/** The task's name. */
export function taskName({ name }: Service): string {
  return `teredo-${name}`;
}

/**
 * The description of a task. It is disabled: it starts only when its configuration is complete.
 *
 * The task starts at boot. The other trigger is for a program that ended by mistake: the scheduler
 * itself restarts only what it could not start, so it looks each minute, and leaves a task alone
 * that runs.
 */
export function taskXml(service: Service, { program, log }: TaskProgram): string {
  const line = `--log-file "${log}" ${service.line}`;
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    "  <RegistrationInfo>",
    `    <Author>${AUTHOR}</Author>`,
    `    <Description>${xmlText(service.description)}</Description>`,
    "  </RegistrationInfo>",
    "  <Triggers>",
    "    <BootTrigger><Enabled>true</Enabled></BootTrigger>",
    "    <TimeTrigger>",
    "      <Repetition><Interval>PT1M</Interval></Repetition>",
    "      <StartBoundary>2020-01-01T00:00:00</StartBoundary>",
    "      <Enabled>true</Enabled>",
    "    </TimeTrigger>",
    "  </Triggers>",
    "  <Principals>",
    '    <Principal id="Author">',
    `      <UserId>${SYSTEM}</UserId>`,
    "      <RunLevel>HighestAvailable</RunLevel>",
    "    </Principal>",
    "  </Principals>",
    "  <Settings>",
    ...SETTINGS.map(([name, value]) => `    <${name}>${value}</${name}>`),
    "  </Settings>",
    '  <Actions Context="Author">',
    "    <Exec>",
    `      <Command>${xmlText(program)}</Command>`,
    `      <Arguments>${xmlText(line)}</Arguments>`,
    "    </Exec>",
    "  </Actions>",
    "</Task>",
    "",
  ].join("\r\n");
}

/** Settings whose defaults are for tasks that end soon. */
const SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ["MultipleInstancesPolicy", "IgnoreNew"],
  ["DisallowStartIfOnBatteries", "false"],
  ["StopIfGoingOnBatteries", "false"],
  ["AllowHardTerminate", "true"],
  ["StartWhenAvailable", "true"],
  ["RunOnlyIfNetworkAvailable", "false"],
  ["AllowStartOnDemand", "true"],
  ["Enabled", "false"],
  ["Hidden", "false"],
  ["RunOnlyIfIdle", "false"],
  ["WakeToRun", "false"],
  // No limit; the default ends a task after three days.
  ["ExecutionTimeLimit", "PT0S"],
  // That of ordinary programs; the default is below.
  ["Priority", "5"],
];

/** The text in UTF-16 with a mark of its byte order, as `schtasks` wants it. */
export function utf16(text: string): Uint8Array<ArrayBuffer> {
  const units = new Uint16Array(text.length + 1);
  units[0] = 0xfeff;
  for (let i = 0; i < text.length; i++) units[i + 1] = text.charCodeAt(i);
  return new Uint8Array(units.buffer);
}
