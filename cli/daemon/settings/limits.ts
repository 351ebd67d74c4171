/**
 * The limits of each role by what people call them.
 *
 * @module
 */

import type { Rate } from "../../../protocol/token_bucket.ts";
import { CLIENT_LIMITS, type ClientLimits } from "../../../client/client_limits.ts";
import { RELAY_LIMITS, type RelayLimits } from "../../../relay/relay_limits.ts";
import { SERVER_LIMITS, type ServerLimits } from "../../../server/server_limits.ts";
import type { LimitsValue } from "../../args/kinds/limits_kind.ts";
import { hyphenated } from "../../text/hyphenated.ts";

/** The names of a server's limits: `bubbles-per-source` and others. */
export const SERVER_LIMIT_NAMES: readonly string[] = Object.keys(SERVER_LIMITS).map(hyphenated);

/** The names of a relay's limits: `new-clients-per-site` and others. */
export const RELAY_LIMIT_NAMES: readonly string[] = Object.keys(RELAY_LIMITS).map(hyphenated);

/** The names of a client's limits: `answers-per-peer` and others. */
export const CLIENT_LIMIT_NAMES: readonly string[] = Object.keys(CLIENT_LIMITS).map(hyphenated);

/** The limits of a server with these rates, and the defaults for the rest. */
export function serverLimits(value: LimitsValue = new Map()): ServerLimits {
  return changed(SERVER_LIMITS, value);
}

/** The limits of a relay with these rates, and the defaults for the rest. */
export function relayLimits(value: LimitsValue = new Map()): RelayLimits {
  return changed(RELAY_LIMITS, value);
}

/** The limits of a client with these rates, and the defaults for the rest. */
export function clientLimits(value: LimitsValue = new Map()): ClientLimits {
  return changed(CLIENT_LIMITS, value);
}

/** A burst is what the rate allows in two seconds, as with most defaults. */
function changed<L extends object>(defaults: L, value: LimitsValue): L {
  const limits = Object.entries(defaults).map(([limit, fallback]: [string, Rate | undefined]) => {
    if (value === "off") return [limit, undefined];
    const name = hyphenated(limit);
    if (!value.has(name)) return [limit, fallback];
    const perSecond = value.get(name);
    return [limit, perSecond && { perSecond, burst: 2 * perSecond }];
  });
  return Object.fromEntries(limits);
}
