/**
 * Messages to whoever runs the program. What says something takes a {@linkcode Log}, and knows neither
 * who hears it nor which library writes it down.
 *
 * @module
 */

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

/** A message as a line of JSON, without its end. */
export function jsonLine(level: string, message: string, time: Date = new Date()): string {
  return JSON.stringify({ time, level, message });
}

/** A log that can be told to say more or less. */
export interface AdjustableLog extends Log {
  /** From now on takes messages from `level` up. */
  setLevel(level: LogLevel): void;
}

/** Writes finished text somewhere. */
export type Write = (text: string) => void;

/** Takes messages, and says nothing. */
export const SILENT_LOG: Log = { debug() {}, info() {}, warn() {}, error() {} };
