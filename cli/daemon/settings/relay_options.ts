/**
 * Settings of a relay.
 *
 * @module
 */

import type { Ipv4Address } from "../../../wire/ipv4_address.ts";

import type { DaemonOptions } from "./daemon_options.ts";
import type { RelayOptionValues } from "./relay_option_values.ts";

/** Settings of a relay. */
export interface RelayOptions extends RelayOptionValues, DaemonOptions {
  readonly bind: Ipv4Address | undefined;
  readonly port: number | undefined;
}
