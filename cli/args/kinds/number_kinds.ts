/**
 * Numbers: ports, counts, times and sizes.
 *
 * @module
 */

import type { ValueKind } from "./value_kind.ts";

/** A whole number without sign, from `least` to `most`. */
function numberIn(text: string, least: number, most: number): number | undefined {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : undefined;
}

/** A time in whole seconds; the value is in milliseconds. */
function seconds(least: number, most: number, example: string): ValueKind<number> {
  return {
    placeholder: "SECONDS",
    expected: `a number of seconds from ${least} to ${most}`,
    notation: "number",
    example,
    parse(given) {
      const time = numberIn(given, least, most);
      return time === undefined ? undefined : 1000 * time;
    },
  };
}

/** A UDP port. */
export const PORT: ValueKind<number> = {
  placeholder: "PORT",
  expected: "a port number from 1 to 65535",
  notation: "number",
  example: "40000",
  parse: (given) => numberIn(given, 1, 65_535),
};

/** How often to do something. */
export const COUNT: ValueKind<number> = {
  placeholder: "NUMBER",
  expected: "a number from 1 to 1000",
  notation: "number",
  example: "4",
  parse: (given) => numberIn(given, 1, 1000),
};

/** A time to wait. */
export const WAITING_TIME: ValueKind<number> = seconds(1, 60, "2");

/** A refresh interval (RFC 4380 §5.2.5). */
export const REFRESH_INTERVAL: ValueKind<number> = seconds(5, 3600, "30");

/** The MTU that a server advertises, or that it advertises none. */
export const ADVERTISED_MTU: ValueKind<number | "omit"> = {
  placeholder: "OCTETS",
  expected: 'a number of octets from 1280 to 1500, or "omit"',
  notation: "number",
  example: "1280",
  suggestions: ["omit", "1280", "1472"],
  parse: (given) => given === "omit" ? "omit" : numberIn(given, 1280, 1500),
};
