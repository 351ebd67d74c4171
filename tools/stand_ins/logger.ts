/**
 * Loggers of the stand-in for `@std/log`.
 *
 * @module
 */

import type { BaseHandler } from "./log_handler.ts";
import { getLevelByName, getLevelName, type LevelName, type LogLevel } from "./log_levels.ts";
import { LogRecord } from "./log_record.ts";

/** Options for {@linkcode Logger}. */
export interface LoggerOptions {
  handlers?: BaseHandler[];
}

/** A message, but not a function, which would be called for its result. */
type Plain<T> = T extends (...args: never[]) => unknown ? never : T;

/** Hands messages of its level and above to its handlers. Each method returns the message. */
export class Logger {
  /** They get the records, in this order. */
  handlers: BaseHandler[];
  readonly #name: string;
  #level: LogLevel;

  constructor(loggerName: string, levelName: LevelName, options: LoggerOptions = {}) {
    this.#name = loggerName;
    this.#level = getLevelByName(levelName);
    this.handlers = options.handlers ?? [];
  }

  get loggerName(): string {
    return this.#name;
  }

  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    this.#level = getLevelByName(getLevelName(level));
  }

  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(name: LevelName) {
    this.#level = getLevelByName(name);
  }

  debug<T>(msg: () => T, ...args: unknown[]): T | undefined;
  debug<T>(msg: Plain<T>, ...args: unknown[]): T;
  debug(msg: unknown, ...args: unknown[]): unknown {
    return this.#log("DEBUG", msg, args);
  }

  info<T>(msg: () => T, ...args: unknown[]): T | undefined;
  info<T>(msg: Plain<T>, ...args: unknown[]): T;
  info(msg: unknown, ...args: unknown[]): unknown {
    return this.#log("INFO", msg, args);
  }

  warn<T>(msg: () => T, ...args: unknown[]): T | undefined;
  warn<T>(msg: Plain<T>, ...args: unknown[]): T;
  warn(msg: unknown, ...args: unknown[]): unknown {
    return this.#log("WARN", msg, args);
  }

  error<T>(msg: () => T, ...args: unknown[]): T | undefined;
  error<T>(msg: Plain<T>, ...args: unknown[]): T;
  error(msg: unknown, ...args: unknown[]): unknown {
    return this.#log("ERROR", msg, args);
  }

  critical<T>(msg: () => T, ...args: unknown[]): T | undefined;
  critical<T>(msg: Plain<T>, ...args: unknown[]): T;
  critical(msg: unknown, ...args: unknown[]): unknown {
    return this.#log("CRITICAL", msg, args);
  }

  #log(levelName: LevelName, msg: unknown, args: unknown[]): unknown {
    const level = getLevelByName(levelName);
    const lazy = typeof msg === "function";
    if (this.#level > level) return lazy ? undefined : msg;
    const value: unknown = lazy ? msg() : msg;
    const record = new LogRecord({ msg: text(value), args, level, loggerName: this.#name });
    for (const handler of this.handlers) handler.handle(record);
    return value;
  }
}

/**
 * The message as text; an object's properties like JSON without the trouble of cycles in errors.
 */
function text(value: unknown, quoted = false): string {
  if (typeof value === "string") return quoted ? `"${value}"` : value;
  if (value instanceof Error) return value.stack ?? value.message;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(([key, each]) => `"${key}":${text(each, true)}`);
  return `{${entries.join(",")}}`;
}
