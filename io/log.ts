/**
 * Messages to whoever runs the program, on the standard error stream: the only module that knows
 * which library writes them.
 *
 *     2026-08-01T12:00:00.000Z info  Qualified as 2001:0:5301:101:…
 *     {"time":"2026-08-01T12:00:00.000Z","level":"info","message":"Qualified as 2001:0:5301:101:…"}
 *
 * @module
 */

import { BaseHandler, type FormatterFunction, type LevelName, Logger } from "@std/log";

/** Levels, from the least important one up. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** How important a message is. */
export type LogLevel = typeof LOG_LEVELS[number];

/** How messages are written: for people, or one JSON object a line for programs. */
export const LOG_FORMATS = ["text", "json"] as const;

/** How messages are written. */
export type LogFormat = typeof LOG_FORMATS[number];

/** Takes messages: one line of plain words each. */
export interface Log {
  /** For who looks for a fault. A function is called only when its message is wanted. */
  debug(message: string | (() => string)): void;
  /** A change of state. */
  info(message: string): void;
  /** Something works less well than it could. */
  warn(message: string): void;
  /** Something does not work. */
  error(message: string): void;
}

/** A log that can be told to say more or less. */
export interface AdjustableLog extends Log {
  /** From now on takes messages from `level` up. */
  setLevel(level: LogLevel): void;
}

/** Writes finished text somewhere. */
export type Write = (text: string) => void;

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
  json: ({ datetime, levelName, msg }) =>
    JSON.stringify({ time: datetime, level: levelName.toLowerCase(), message: msg }),
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

const encoder = new TextEncoder();

/** Writes to the standard error stream. */
export function writeToStderr(text: string): void {
  try {
    let rest = encoder.encode(text);
    while (rest.length > 0) rest = rest.subarray(Deno.stderr.writeSync(rest));
  } catch {
    // Nobody reads any more, and there is no other place to say so.
  }
}
