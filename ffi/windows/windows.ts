/**
 * What Windows brings.
 *
 * @module
 */

import type { Implementation } from "../implementation.ts";
import { forwardsIpv6 } from "./forwarding.ts";
import { WindowsEvent } from "./event.ts";
import { WindowsInterface } from "./interface.ts";
import { WindowsLinkMonitor } from "./link_monitor.ts";
import { WindowsRawIpv6 } from "./raw_ipv6.ts";
import { findRoute, findSource } from "./route_query.ts";
import { WindowsTun } from "./tun.ts";
import { EventList } from "./wait_list.ts";

/** The parts of Windows. */
export const WINDOWS: Implementation = {
  newBell: () => new WindowsEvent(),
  newWaitList: (ends, sources) => new EventList(ends, sources),
  openTun: (name) => new WindowsTun(name),
  openInterface: (name, index) => new WindowsInterface(name, index),
  openLinkMonitor: (own) => new WindowsLinkMonitor(own),
  openRawIpv6: () => new WindowsRawIpv6(),
  findRoute,
  findSource,
  forwardsIpv6,
};
