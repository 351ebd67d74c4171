/**
 * Limits by their names.
 *
 * @module
 */

import type { ValueKind } from "./value_kind.ts";

/**
 * Rates in packets per second by the names of their limits, `undefined` where a limit is lifted; or
 * that all limits are.
 */
export type LimitsValue = "off" | ReadonlyMap<string, number | undefined>;

const MAX_RATE = 1_000_000;

/** `on`, `off`, or `bubbles-per-source=100,to-client=off`, with these names. */
export function limitsKind(names: readonly string[]): ValueKind<LimitsValue> {
  return {
    placeholder: "on|off|NAME=RATE",
    example: `${names[0]}=10000`,
    expected: `"on", "off", or rates such as ${names[0]}=10000, separated by commas`,
    notation: "list",
    suggestions: ["on", "off"],
    parse(given) {
      if (given === "on") return new Map();
      if (given === "off") return "off";
      const limits = given.split(",").map((each) => parseLimit(each.trim(), names));
      return limits.every((limit) => limit !== undefined) ? new Map(limits) : undefined;
    },
    remedy(given) {
      const unknown = given.split(",").map((each) => each.split("=")[0]!.trim())
        .find((name) => !names.includes(name));
      return unknown === undefined
        ? `A rate is a number per second from 1 to ${MAX_RATE}, or off`
        : `"${unknown}" is not a limit; these are: ${names.join(", ")}`;
    },
  };
}

function parseLimit(
  given: string,
  names: readonly string[],
): [name: string, rate: number | undefined] | undefined {
  const [, name = "", rate = ""] = /^([a-z-]+)=(\d{1,7}|off)$/.exec(given) ?? [];
  if (!names.includes(name)) return undefined;
  if (rate === "off") return [name, undefined];
  const perSecond = Number(rate);
  return perSecond < 1 || perSecond > MAX_RATE ? undefined : [name, perSecond];
}
