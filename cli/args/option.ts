/**
 * Options of a command: what the table says of each.
 *
 * @module
 */

import type { ValueKind } from "./kinds/value_kind.ts";

/** An option that yields a `T`. */
export interface Option<T> {
  /** One sentence for the help, without a full stop. */
  readonly help: string;
  /** What it takes; `undefined` for a switch. */
  readonly kind: ValueKind<T> | undefined;
  /** Without it the command cannot run. */
  readonly isRequired: boolean;
  /** Its value when it is not given. */
  readonly fallback: T;
  /** The value when it is not given, in words for the help. */
  readonly fallbackText: string | undefined;
  /** What it means in a configuration file, where that is not what the flag means. */
  readonly settingHelp?: string;
  /** Whether it has no place in a configuration file; unless given, it has. */
  readonly isNoSetting?: boolean;
  /** A letter that stands for it, where other programs have that too: `c` for `-c`. */
  readonly letter?: string;
}

/** Options by their property's name: `logLevel` is spelled `--log-level`. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of options. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never;
};

/** An option that must be given. */
export function required<T>(kind: ValueKind<T>, help: string): Option<T> {
  // The parser insists on it, so that the fallback is never seen.
  const fallback = undefined as T;
  return { kind, help, isRequired: true, fallback, fallbackText: undefined };
}

/** An option that may be left out; what happens then stands in `fallbackText`. */
export function optional<T>(
  kind: ValueKind<T>,
  help: string,
  fallbackText?: string,
): Option<T | undefined> {
  return { kind, help, isRequired: false, fallback: undefined, fallbackText };
}

/** An option with a value for when it is left out. */
export function defaulted<T>(kind: ValueKind<T>, fallback: T, help: string): Option<T> {
  return { kind, help, isRequired: false, fallback, fallbackText: String(fallback) };
}

/** A switch: off, unless it is given. */
export function switchedOff(help: string): Option<boolean> {
  return { kind: undefined, help, isRequired: false, fallback: false, fallbackText: undefined };
}

/**
 * A switch that is on unless `--no-NAME` is given; the help says what that one does, `settingHelp` what
 * it is to be on.
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
