/**
 * Options that several commands have.
 *
 * @module
 */

import { LOG_LEVELS, type LogLevel } from "../../../io/log.ts";
import { defaulted, type Option, optional, switchedOff } from "../../args/option.ts";
import { OFFLOAD_MODES, type OffloadMode } from "../../args/kinds/offload_mode.ts";
import { UDP_MODES, type UdpMode } from "../../../nodes/udp_mode.ts";
import { FILE, oneOf } from "../../args/kinds/value_kind.ts";

/** `--config`; `role` is the command that has it. */
export function configOption(role: string): Option<string | undefined> {
  const option = optional(
    FILE,
    "Read options that are not given here, nor in the environment, from this YAML file",
    `/etc/teredo/${role}.yaml, if there is one`,
  );
  return { ...option, isNoSetting: true };
}

/** `--log-level`. */
export const LOG_LEVEL: Option<LogLevel> = defaulted(
  oneOf("LEVEL", LOG_LEVELS),
  "info",
  "Which messages are written to the standard error stream",
);

/** `--allow-private`. */
export const ALLOW_PRIVATE: Option<boolean> = switchedOff(
  "Also use private, shared and documentation addresses, for a network of its own",
);

/** `--pcap`. */
export const PCAP: Option<string | undefined> = optional(
  FILE,
  "Write what is sent and received to a file that Wireshark reads",
  "nothing is recorded",
);

/** `--offload`. */
export const OFFLOAD: Option<OffloadMode> = defaulted(
  oneOf("MODE", OFFLOAD_MODES),
  "auto",
  "Whether packets of one connection enter and leave the interface together, which is faster",
);

/** `--udp`. */
export const UDP: Option<UdpMode> = defaulted(
  oneOf("MODE", UDP_MODES),
  "auto",
  "How UDP datagrams are moved: in batches, which is faster and needs Linux, or one by one by Deno",
);
