/**
 * What the parts of one node share.
 *
 * @module
 */

import type { OwnInterface } from "../ffi/link_monitor.ts";
import { Poller } from "../ffi/poller.ts";
import { Counters } from "../io/counters.ts";
import type { HostLink } from "../io/host/host_link.ts";
import { type Log, SILENT_LOG } from "../io/log.ts";
import type { Task } from "../io/run_together.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { addressPolicy } from "./address_policy.ts";
import type { NetworkWatch } from "./network_watch.ts";
import type { NodeOptions } from "./node_options.ts";
import { UdpOpener } from "./udp_opener.ts";

/** What is there before any part is opened. */
export interface HostContext {
  /** Waits for every descriptor. It runs with the node. */
  readonly poller: Poller;
  readonly counters: Counters;
  readonly globalUnicast: GlobalUnicast;
  readonly log: Log;
}

/** The same for the node itself. */
export interface NodeContext extends HostContext {
  readonly udp: UdpOpener;
}

/** A node's side of the host, opened: where IPv6 packets come from and go to. Its disposal closes it. */
export interface HostSide extends Disposable {
  readonly link: HostLink;
  /** The network interface that it is, if it is one. */
  readonly own?: OwnInterface | undefined;
  /** A client has `address` (16 octets) now, and its link takes packets of `mtu` octets. */
  up?(address: Uint8Array, mtu: number): void;
  /** The client has no address any more. */
  down?(): void;
}

/** Opens a part of a node, before its sockets. */
export type Opener<Part extends HostSide> = (context: HostContext) => Part;

/** What a node's parts are to share. */
export function nodeContext<Event>(
  { network = "public", udp = "auto", ffi = true, onTransport, log, counters }: NodeOptions<Event>,
): NodeContext {
  const poller = new Poller();
  const counted = counters ?? new Counters();
  return {
    poller,
    counters: counted,
    globalUnicast: addressPolicy(network),
    log: log ?? SILENT_LOG,
    udp: new UdpOpener({
      mode: ffi ? udp : "deno",
      ffi,
      poller,
      counters: counted,
      onNews: (news) => onTransport?.(news),
    }),
  };
}

/** What runs beside the driver. */
export function tasksBeside<Event>(
  { poller, udp }: NodeContext,
  watch: NetworkWatch,
  { isAlone = false }: NodeOptions<Event>,
): Task[] {
  const tasks: Task[] = [(signal) => watch.run(signal)];
  // Without a descriptor to wait for there may be no C library to wait with.
  if (watch.needsPoller || udp.needsPoller) {
    tasks.push((signal) => poller.run(signal, { mayHold: isAlone && udp.needsPoller }));
  }
  return tasks;
}
