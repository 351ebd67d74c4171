/**
 * Settings that every role has.
 *
 * @module
 */

import type { LogFormat, LogLevel } from "../../../io/log.ts";
import type { UdpMode } from "../../../nodes/udp_mode.ts";
import type { OffloadMode } from "../../args/kinds/offload_mode.ts";
import type { ServiceOptionValues } from "./service_option_values.ts";

/** Settings that every role has. */
export interface DaemonOptions extends ServiceOptionValues {
  readonly allowPrivate: boolean;
  readonly offload: OffloadMode;
  readonly udp: UdpMode;
  /** The file to record datagrams in, if any. */
  readonly pcap: string | undefined;
  /** The user to turn into once everything is open; `undefined` for the usual one. */
  readonly user: string | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}
