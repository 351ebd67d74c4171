/**
 * Records of the stand-in for `@std/log`.
 *
 * @module
 */

import { getLevelName, type LogLevel } from "./log_levels.ts";

/** What a record is made of. */
export interface LogRecordOptions {
  msg: string;
  args: unknown[];
  level: LogLevel;
  loggerName: string;
}

/** One message on its way to the handlers. */
export class LogRecord {
  readonly msg: string;
  readonly level: number;
  readonly levelName: string;
  readonly loggerName: string;
  readonly #args: readonly unknown[];
  readonly #datetime = new Date();

  constructor(options: LogRecordOptions) {
    this.msg = options.msg;
    this.level = options.level;
    this.levelName = getLevelName(options.level);
    this.loggerName = options.loggerName;
    this.#args = [...options.args];
  }

  /** What was passed behind the message; a copy. */
  get args(): unknown[] {
    return [...this.#args];
  }

  /** When the record was made; a copy. */
  get datetime(): Date {
    return new Date(this.#datetime);
  }
}
