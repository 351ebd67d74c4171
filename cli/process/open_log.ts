/**
 * The log of the program, on the standard error stream. No other module knows which library
 * writes it.
 *
 *     2026-08-01T12:00:00.000Z info  Qualified as 2001:0:…
 *     {"time":"2026-08-01T12:00:00.000Z","level":"info","message":"Qualified as 2001:0:…"}
 *     <6>Qualified as 2001:0:…                    for systemd's journal
 *
 * @module
 */

import { BaseHandler, type FormatterFunction, type LevelName, Logger } from "@std/log";
import {
  type AdjustableLog,
  jsonLine,
  type LogFormat,
  type LogLevel,
  type Write,
} from "../../io/log.ts";
import { withPriority } from "./journal.ts";
import { writeToStderr } from "./streams.ts";

/**
 * A log of messages from `level` up, by default to the standard error stream.
 *
 * @param isJournal whether the messages go to systemd's journal
 */
export function openLog(
  level: LogLevel,
  write: Write = writeToStderr,
  format: LogFormat = "text",
  isJournal = false,
): AdjustableLog {
  const formatter = isJournal ? forJournal(format) : FORMATTERS[format];
  const handler = new LineHandler("NOTSET", write, formatter);
  const nameOf = (of: LogLevel) => of.toUpperCase() as LevelName;
  const logger = new Logger("teredo", nameOf(level), { handlers: [handler] });
  return {
    debug: (message) => {
      if (typeof message === "function") logger.debug(message);
      else logger.debug(message);
    },
    info: (message) => void logger.info(message),
    warn: (message) => void logger.warn(message),
    error: (message) => void logger.error(message),
    setLevel: (wanted) => void (logger.levelName = nameOf(wanted)),
  };
}

const FORMATTERS: Readonly<Record<LogFormat, FormatterFunction>> = {
  text: ({ datetime, levelName, msg }) =>
    `${datetime.toISOString()} ${levelName.toLowerCase().padEnd(5)} ${msg}`,
  json: ({ datetime, levelName, msg }) => jsonLine(levelName.toLowerCase(), msg, datetime),
};

/** Text without the time, which the journal adds, or JSON as it is. */
function forJournal(format: LogFormat): FormatterFunction {
  return (record) => {
    const level = record.levelName.toLowerCase() as LogLevel;
    return withPriority(level, format === "json" ? FORMATTERS.json(record) : record.msg);
  };
}

class LineHandler extends BaseHandler {
  readonly #write: Write;

  constructor(level: LevelName, write: Write, formatter: FormatterFunction) {
    super(level, { formatter });
    this.#write = write;
  }

  override log(line: string): void {
    this.#write(`${line}\n`);
  }
}
