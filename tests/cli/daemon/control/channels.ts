/** The control channels that work on this system: TCP on each. */
import "../../../ffi/open_libc.ts";
import type { ControlChannel } from "../../../../cli/daemon/control/control_channel.ts";
import { TCP_CHANNEL } from "../../../../cli/daemon/control/tcp_channel.ts";
import { UNIX_CHANNEL } from "../../../../cli/daemon/control/unix_channel.ts";
import { platform } from "../../../../ffi/platform.ts";

/** Their names and what they are. */
export const CHANNELS: readonly (readonly [name: string, channel: ControlChannel])[] = [
  ["TCP", TCP_CHANNEL],
  ...platform.hasUnixSockets ? [["Unix", UNIX_CHANNEL] as const] : [],
];
