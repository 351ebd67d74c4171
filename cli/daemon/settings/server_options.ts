/**
 * Settings of a server.
 *
 * @module
 */

import type { DaemonOptions } from "./daemon_options.ts";
import type { RelayOptionValues } from "./relay_option_values.ts";
import type { GatewayOptionValues } from "./gateway_option_values.ts";
import type { GivenAddresses } from "./serving_addresses.ts";
import type { PolicyOptions } from "./serving_policy.ts";

/** Settings of a server. */
export interface ServerOptions
  extends RelayOptionValues, GatewayOptionValues, GivenAddresses, PolicyOptions, DaemonOptions {
  readonly port: number;
  /** Whether a relay shares the primary address. */
  readonly relay: boolean;
}
