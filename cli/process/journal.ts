/**
 * Writing for systemd's journal: it adds the time itself, and reads a line's priority from its
 * first characters, as sd-daemon(3) describes.
 *
 *     <4>Off-line: server teredo.example does not answer
 *
 * @module
 */

import type { LogLevel } from "../../io/log.ts";
import { type Environment, processEnvironment } from "./environment.ts";

/** The priorities of syslog(3). */
const PRIORITIES: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/** What the standard error stream of this process leads to. */
const STANDARD_ERROR = "/proc/self/fd/2";

/** The text with its priority in front of each line. */
export function withPriority(level: LogLevel, text: string): string {
  return text.replaceAll(/^(?=.)/gm, `<${PRIORITIES[level]}>`);
}

/**
 * Whether the standard error stream leads to the journal. `JOURNAL_STREAM` names the journal's
 * stream by device and inode; a child of a service inherits the variable even if its own stream
 * leads elsewhere.
 *
 * @param path the standard error stream
 */
export function leadsToJournal(
  environment: Environment = processEnvironment,
  path: string = STANDARD_ERROR,
): boolean {
  const stream = environment("JOURNAL_STREAM");
  if (!stream) return false;
  try {
    const { dev, ino } = Deno.statSync(path);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
