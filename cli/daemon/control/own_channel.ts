/**
 * The control channel of this system.
 *
 * @module
 */

import { platform } from "../../../ffi/platform.ts";
import type { ControlChannel } from "./control_channel.ts";
import { TCP_CHANNEL } from "./tcp_channel.ts";
import { UNIX_CHANNEL } from "./unix_channel.ts";

/** The control channel of this system. */
export const OWN_CHANNEL: ControlChannel = platform.hasUnixSockets ? UNIX_CHANNEL : TCP_CHANNEL;
