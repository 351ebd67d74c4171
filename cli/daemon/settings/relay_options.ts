/**
 * Settings of a relay.
 *
 * @module
 */

import type { Ipv4Address } from "../../../wire/ipv4_address.ts";

import type { DaemonOptions } from "./daemon_options.ts";
import type { GatewayOptionValues } from "./gateway_option_values.ts";
import type { RelayOptionValues } from "./relay_option_values.ts";

/** Settings of a relay. */
export interface RelayOptions extends RelayOptionValues, GatewayOptionValues, DaemonOptions {
  readonly bind: Ipv4Address | undefined;
  /** The public address that is translated to this host's own (1:1 NAT). */
  readonly public: Ipv4Address | undefined;
  readonly port: number | undefined;
}
