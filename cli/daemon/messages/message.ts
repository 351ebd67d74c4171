/**
 * Messages for the log.
 *
 * @module
 */

import type { Log, LogLevel } from "../../../io/log.ts";

/** One line for the log. */
export interface Message {
  readonly level: LogLevel;
  readonly text: string;
}

/** Writes a message. */
export function writeMessage(log: Log, { level, text }: Message): void {
  log[level](text);
}
