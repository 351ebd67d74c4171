/**
 * Stands in for `jsr:@std/log@0.224.14` where JSR is out of reach: loggers, records and the console
 * handler.
 *
 * @module
 */

import { BaseHandler, type BaseHandlerOptions } from "./log_handler.ts";
import { type LevelName, LogLevels } from "./log_levels.ts";
import type { LogRecord } from "./log_record.ts";
import { Logger } from "./logger.ts";

export { BaseHandler, type BaseHandlerOptions, type FormatterFunction } from "./log_handler.ts";
export * from "./log_levels.ts";
// The package, too, exports the record from here as a type only.
export type { LogRecord, LogRecordOptions } from "./log_record.ts";
export { Logger, type LoggerOptions } from "./logger.ts";

/** Options for {@linkcode ConsoleHandler}. */
export interface ConsoleHandlerOptions extends BaseHandlerOptions {
  /** Colour lines by their level, true by default. */
  useColors?: boolean;
}

/** SGR codes by level: blue, yellow, red, bold red. */
const COLOURS: Readonly<Record<number, readonly [string, string]>> = {
  [LogLevels.INFO]: ["\x1b[34m", "\x1b[39m"],
  [LogLevels.WARN]: ["\x1b[33m", "\x1b[39m"],
  [LogLevels.ERROR]: ["\x1b[31m", "\x1b[39m"],
  [LogLevels.CRITICAL]: ["\x1b[1m\x1b[31m", "\x1b[39m\x1b[22m"],
};

/** Writes to the standard output. */
export class ConsoleHandler extends BaseHandler {
  readonly #useColors: boolean;

  constructor(levelName: LevelName, options: ConsoleHandlerOptions = {}) {
    super(levelName, options);
    this.#useColors = options.useColors ?? true;
  }

  override format(record: LogRecord): string {
    const text = super.format(record);
    const colour = this.#useColors && !Deno.noColor ? COLOURS[record.level] : undefined;
    return colour ? `${colour[0]}${text}${colour[1]}` : text;
  }

  override log(text: string): void {
    // deno-lint-ignore no-console -- what this handler is for
    console.log(text);
  }
}

/** What a named logger does. */
export interface LoggerConfig {
  /** Least level that is passed on. */
  level?: LevelName;
  /** Names of handlers. */
  handlers?: string[];
}

/** What {@linkcode setup} sets up. */
export interface LogConfig {
  handlers?: { [name: string]: BaseHandler };
  loggers?: { [name: string]: LoggerConfig };
}

const defaults = {
  handlers: { default: new ConsoleHandler("INFO") },
  loggers: { default: { level: "INFO", handlers: ["default"] } },
} satisfies LogConfig;

const handlers = new Map<string, BaseHandler>();
const loggers = new Map<string, Logger>();

/**
 * Replaces all loggers and handlers; the handler and the logger named `default` stay unless given.
 */
export function setup(config: LogConfig): void {
  for (const handler of handlers.values()) handler.destroy();
  handlers.clear();
  loggers.clear();
  for (const [name, handler] of Object.entries({ ...defaults.handlers, ...config.handlers })) {
    handler.setup();
    handlers.set(name, handler);
  }
  const wanted: Record<string, LoggerConfig> = { ...defaults.loggers, ...config.loggers };
  for (const [name, { level = "INFO", handlers: names = [] }] of Object.entries(wanted)) {
    const own = names.map((each) => handlers.get(each)).filter((each) => each !== undefined);
    loggers.set(name, new Logger(name, level, { handlers: own }));
  }
}

/** The logger of that name; one that passes nothing on if it was not set up. */
export function getLogger(name = "default"): Logger {
  let logger = loggers.get(name);
  if (!logger) {
    logger = new Logger(name, "NOTSET");
    loggers.set(name, logger);
  }
  return logger;
}

setup(defaults);
