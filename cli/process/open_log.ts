/**
 * The log of the program, on the standard error stream. No other module knows which library
 * writes it.
 *
 *     2026-08-01T12:00:00.000Z info  Qualified as 2001:0:5301:101:…
 *     {"time":"2026-08-01T12:00:00.000Z","level":"info","message":"Qualified as 2001:0:5301:101:…"}
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
import { writeToStderr } from "./streams.ts";

/** A log of messages from `level` up, by default to the standard error stream. */
export function openLog(
  level: LogLevel,
  write: Write = writeToStderr,
  format: LogFormat = "text",
): AdjustableLog {
  const handler = new LineHandler("NOTSET", write, FORMATTERS[format]);
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
