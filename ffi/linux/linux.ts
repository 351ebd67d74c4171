/**
 * What Linux brings.
 *
 * @module
 */

import { PollList } from "../c/poll_list.ts";
import type { Implementation } from "../implementation.ts";
import { openAbstractDatagram } from "./abstract_datagram.ts";
import { letPacketsGoFirst } from "./v8_threads.ts";
import { EventFd } from "./event_fd.ts";
import { findEventLoop } from "./event_loop.ts";
import { forwardsIpv6 } from "./forwarding.ts";
import { openLinuxInputFilter } from "./input_filter.ts";
import { LinuxInterface } from "./interface.ts";
import { LinuxLinkMonitor } from "./link_monitor.ts";
import { listeningProcess } from "./listening_process.ts";
import { releaseStartMemory } from "./start_memory.ts";
import { LinuxRawIpv6 } from "./raw_ipv6.ts";
import { LINUX_RIGHTS } from "./rights/linux_rights.ts";
import { findRoute, findSource } from "./route_query.ts";
import * as socketOptions from "./socket_options.ts";
import { openLinuxSourceNat } from "./source_nat.ts";
import { openLinuxTun } from "./tun.ts";
import { openLinuxTunPair } from "./tun_pair.ts";
import { LinuxUdpSocket } from "./udp/udp_socket.ts";

/** The parts of Linux. */
export const LINUX: Implementation = {
  newBell: () => new EventFd(),
  newWaitList: (ends, sources) => new PollList(ends, sources),
  findEventLoop,
  openTun: openLinuxTun,
  openTunPair: openLinuxTunPair,
  openInterface: (name, index) => new LinuxInterface(name, index),
  openLinkMonitor: (own) => new LinuxLinkMonitor(own),
  openUdpSocket: (options) => new LinuxUdpSocket(options),
  openRawIpv6: () => new LinuxRawIpv6(),
  openAbstractDatagram,
  listeningProcess,
  socketOptions,
  findRoute,
  findSource,
  forwardsIpv6,
  releaseStartMemory,
  letPacketsGoFirst,
  openSourceNat: openLinuxSourceNat,
  openInputFilter: openLinuxInputFilter,
  ownRights: LINUX_RIGHTS,
};
