/**
 * Options that several commands have.
 *
 * @module
 */

import { FOLDERS, pathIn } from "../../process/folders.ts";
import { LOG_LEVELS, type LogLevel } from "../../../io/log.ts";
import { defaulted, type Option, optional, switchedOff } from "../../args/option.ts";
import { OFFLOAD_MODES, type OffloadMode } from "../../args/kinds/offload_mode.ts";
import { PORT_MAPPING_MODES, type PortMappingMode } from "../../args/kinds/port_mapping_mode.ts";
import { UDP_MODES, type UdpMode } from "../../../nodes/udp_mode.ts";
import { FILE, oneOf, text } from "../../args/kinds/value_kind.ts";

/** `--config`; `role` is the command that has it. */
export function configOption(role: string): Option<string | undefined> {
  const option = optional(
    FILE,
    "YAML file with more options; the command line and the environment override it",
    `${pathIn(FOLDERS.config, `${role}.yaml`)}, if it exists`,
  );
  return { ...option, isNoSetting: true };
}

/** `--log-level`. */
export const LOG_LEVEL: Option<LogLevel> = defaulted(
  oneOf("LEVEL", LOG_LEVELS),
  "info",
  "Write messages of this level and above to the standard error stream",
);

/** `--allow-private`. */
export const ALLOW_PRIVATE: Option<boolean> = switchedOff(
  "Also accept private, shared and documentation addresses, for isolated networks",
);

/** `--pcap`. */
export const PCAP: Option<string | undefined> = optional(
  FILE,
  "Record all datagrams to a file that Wireshark can read",
  "no recording",
);

/** `--user`. */
export const USER: Option<string | undefined> = optional(
  { ...text("NAME", "the name of a user"), example: "teredo" },
  "User to run as once everything is open; root keeps all rights (Linux, started as root)",
  "teredo or nobody, whichever exists, if started as root",
);

/** `--offload`. */
export const OFFLOAD: Option<OffloadMode> = defaulted(
  oneOf("MODE", OFFLOAD_MODES),
  "auto",
  "Segmentation offload on the network interface, which is faster; auto uses it if available",
);

/** `--port-mapping`; `help` says what the command does with the router. */
export function portMappingOption(help: string): Option<PortMappingMode> {
  return defaulted(oneOf("MODE", PORT_MAPPING_MODES), "auto", help);
}

/** `--udp`. */
export const UDP: Option<UdpMode> = defaulted(
  oneOf("MODE", UDP_MODES),
  "auto",
  "How to send and receive UDP datagrams: in batches, which is faster and needs Linux, or one " +
    "by one through Deno",
);
