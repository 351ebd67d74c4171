/**
 * Handlers of the stand-in for `@std/log`: they format records.
 *
 * @module
 */

import { getLevelByName, getLevelName, type LevelName, type LogLevel } from "./log_levels.ts";
import type { LogRecord } from "./log_record.ts";

/** Turns a record into a line. */
export type FormatterFunction = (record: LogRecord) => string;

/** Options for {@linkcode BaseHandler}. */
export interface BaseHandlerOptions {
  /** `LEVEL message` by default. */
  formatter?: FormatterFunction;
}

/** Formats records of its level and above; a subclass says where the text goes. */
export abstract class BaseHandler {
  /** Turns a record into a line. */
  formatter: FormatterFunction;
  #level: LogLevel;

  constructor(levelName: LevelName, options: BaseHandlerOptions = {}) {
    this.#level = getLevelByName(levelName);
    this.formatter = options.formatter ?? ((record) => `${record.levelName} ${record.msg}`);
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

  /** Takes a record from a logger. */
  handle(record: LogRecord): void {
    if (record.level >= this.#level) this.log(this.format(record));
  }

  /** The record as text. */
  format(record: LogRecord): string {
    return this.formatter(record);
  }

  /** Writes the text. */
  abstract log(text: string): void;

  /** Called when the handler is set up. */
  setup(): void {}

  /** Called when another set-up replaces the handler. */
  destroy(): void {}

  [Symbol.dispose](): void {
    this.destroy();
  }
}
