/**
 * The options of a command.
 *
 * @module
 */

import type { ValueKind } from "./kinds/value_kind.ts";

/** An option that yields a `T`. */
export interface Option<T> {
  /** One sentence for the help, without a full stop. */
  readonly help: string;
  /** The kind of its value; `undefined` for a switch. */
  readonly kind: ValueKind<T> | undefined;
  /** Whether the command cannot run without it. */
  readonly isRequired: boolean;
  /** The value if it is not given. */
  readonly fallback: T;
  /** The value if it is not given, in words for the help. */
  readonly fallbackText: string | undefined;
  /**
   * The help in a configuration file, if it means something else there than on the command line.
   */
  readonly settingHelp?: string;
  /** Whether configuration files may not set it; false unless given. */
  readonly isNoSetting?: boolean;
  /** A letter that stands for it, as in other programs: `c` for `-c`. */
  readonly letter?: string;
}

/** Options by property: `logLevel` is spelled `--log-level`. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of options. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never;
};

/** An option that must be given. */
export function required<T>(kind: ValueKind<T>, help: string): Option<T> {
  // Nothing runs without it, so nobody sees the fallback.
  const fallback = undefined as T;
  return { kind, help, isRequired: true, fallback, fallbackText: undefined };
}

/** An option that may be left out; `fallbackText` says what happens then. */
export function optional<T>(
  kind: ValueKind<T>,
  help: string,
  fallbackText?: string,
): Option<T | undefined> {
  return { kind, help, isRequired: false, fallback: undefined, fallbackText };
}

/** An option with a default value. */
export function defaulted<T>(kind: ValueKind<T>, fallback: T, help: string): Option<T> {
  return { kind, help, isRequired: false, fallback, fallbackText: String(fallback) };
}

/** A switch that is off unless given. */
export function switchedOff(help: string): Option<boolean> {
  return { kind: undefined, help, isRequired: false, fallback: false, fallbackText: undefined };
}

/**
 * A switch that is on unless `--no-NAME` is given.
 *
 * @param help what `--no-NAME` does
 * @param settingHelp what it means to be on
 */
export function switchedOn(help: string, settingHelp: string): Option<boolean> {
  const fallback = true;
  return {
    kind: undefined,
    help,
    isRequired: false,
    fallback,
    fallbackText: undefined,
    settingHelp,
  };
}
