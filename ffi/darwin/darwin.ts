/**
 * What macOS brings.
 *
 * @module
 */

import { PollList } from "../c/poll_list.ts";
import type { Implementation } from "../implementation.ts";
import { DarwinInterface } from "./interface.ts";
import { DarwinLinkMonitor } from "./link_monitor.ts";
import { PipeBell } from "./pipe_bell.ts";
import { DarwinRawIpv6 } from "./raw_ipv6.ts";
import { findRoute, findSource } from "./route_query.ts";
import * as socketOptions from "./socket_options.ts";
import { forwardsIpv6 } from "./sysctl.ts";
import { DarwinTun } from "./tun.ts";

/** The parts of macOS. */
export const DARWIN: Implementation = {
  newBell: () => new PipeBell(),
  newWaitList: (ends, sources) => new PollList(ends, sources),
  openTun: (name) => new DarwinTun(name),
  openInterface: (name, index) => new DarwinInterface(name, index),
  openLinkMonitor: (own) => new DarwinLinkMonitor(own),
  openRawIpv6: () => new DarwinRawIpv6(),
  socketOptions,
  findRoute,
  findSource,
  forwardsIpv6,
};
