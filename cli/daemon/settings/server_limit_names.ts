/**
 * What the limits of a server are called.
 *
 * @module
 */

import {
  SERVER_LIMITS,
  type ServerLimit,
  type ServerLimits,
} from "../../../server/server_limits.ts";
import type { LimitsValue } from "../../args/kinds/limits_kind.ts";
import { hyphenated } from "../../text/hyphenated.ts";

const BY_NAME = new Map(
  (Object.keys(SERVER_LIMITS) as ServerLimit[]).map((limit) => [hyphenated(limit), limit]),
);

/** The names: `bubbles-per-source` and others. */
export const SERVER_LIMIT_NAMES: readonly string[] = [...BY_NAME.keys()];

/** The limits with these rates, and the defaults for the rest. Bursts are those of two seconds. */
export function serverLimits(value: LimitsValue = new Map()): ServerLimits | "off" {
  if (value === "off") return "off";
  const given = [...value].map(([name, perSecond]) => {
    const rate = perSecond === undefined ? undefined : { perSecond, burst: 2 * perSecond };
    return [BY_NAME.get(name)!, rate] as const;
  });
  return { ...SERVER_LIMITS, ...Object.fromEntries(given) };
}
