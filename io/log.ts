/**
 * Messages for the people that run the program. Code that reports something takes a
 * {@linkcode Log}. It knows neither the reader nor the library that writes the messages.
 *
 * @module
 */

/** Levels, the least important first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** How important a message is. */
export type LogLevel = typeof LOG_LEVELS[number];

/** How messages are written: for people, or as one JSON object per line for programs. */
export const LOG_FORMATS = ["text", "json"] as const;

/** How messages are written. */
export type LogFormat = typeof LOG_FORMATS[number];

/** Takes messages, each of them one line of text. */
export interface Log {
  /** Details for finding a fault. A function is called only if its message is wanted. */
  debug(message: string | (() => string)): void;
  /** A change of state. */
  info(message: string): void;
  /** Something works, but not as well as it should. */
  warn(message: string): void;
  /** Something does not work. */
  error(message: string): void;
}

/** A message as a line of JSON, without its end. */
export function jsonLine(level: string, message: string, time: Date = new Date()): string {
  return JSON.stringify({ time, level, message });
}

/** A log whose level can change. */
export interface AdjustableLog extends Log {
  /** From now on, writes messages of `level` and above. */
  setLevel(level: LogLevel): void;
}

/** Writes finished text somewhere. */
export type Write = (text: string) => void;

/** Takes messages, and says nothing. */
export const SILENT_LOG: Log = { debug() {}, info() {}, warn() {}, error() {} };
