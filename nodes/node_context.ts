/**
 * What the parts of one node share.
 *
 * @module
 */

import { Poller } from "../ffi/polling/poller.ts";
import type { TunOffload } from "../ffi/tun.ts";
import type { Watcher } from "../ffi/waiting.ts";
import { Counters } from "../io/counters.ts";
import type { HostLink } from "../io/host/host_link.ts";
import type { OwnInterface } from "../io/host/own_interface.ts";
import { type Log, SILENT_LOG } from "../io/log.ts";
import { SystemErrors } from "../io/system_errors.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { addressPolicy } from "./address_policy.ts";
import type { NodeOptions } from "./node_options.ts";
import { UdpOpener } from "./udp_opener.ts";

/** What a node's side of the host shares with the node. */
export interface HostContext {
  /** Waits for input. */
  readonly watcher: Watcher;
  readonly counters: Counters;
  /** Takes system calls that failed. */
  readonly errors: SystemErrors;
  readonly globalUnicast: GlobalUnicast;
  readonly log: Log;
}

/** What all parts of a node share. */
export interface NodeContext extends HostContext {
  /** The watcher, which runs with the node. */
  readonly poller: Poller;
  readonly udp: UdpOpener;
}

/**
 * A node's side of the host, open: where IPv6 packets come from and go to. Its disposal closes it.
 */
export interface HostSide extends Disposable {
  readonly link: HostLink;
  /** How packets pass in bunches; undefined when each passes alone. */
  readonly offload?: TunOffload | undefined;
  /** The network interface behind it, if there is one. */
  readonly own?: OwnInterface | undefined;
  /** Whether the host gives what the clients send its own address, as a gateway needs it. */
  readonly translates?: boolean | undefined;
  /** The host's addresses or routes have changed. */
  handleNetworkChange?(): void;
  /** A client now has `address` (16 octets), and its link takes packets of `mtu` octets. */
  up?(address: Uint8Array, mtu: number): void;
  /** The client no longer has an address. */
  down?(): void;
}

/** Opens a node's side of the host, before the sockets are opened. */
export type Opener<Side extends HostSide | undefined> = (context: HostContext) => Side;

/** Makes what the parts of a node share. */
export function nodeContext(
  { network = "public", udp = "auto", ffi = true, log, counters, ...options }: NodeOptions,
): NodeContext {
  const counted = counters ?? new Counters();
  const errors = new SystemErrors(counted, (news) => options.onSystemError?.(news));
  const poller = new Poller(({ syscall, code }) => errors.failed(syscall, code));
  return {
    poller,
    watcher: poller,
    counters: counted,
    errors,
    globalUnicast: addressPolicy(network),
    log: log ?? SILENT_LOG,
    udp: new UdpOpener({
      mode: ffi ? udp : "deno",
      ffi,
      watcher: poller,
      counters: counted,
      errors,
      onNews: (news) => options.onTransport?.(news),
    }),
  };
}

/** Opens a node's side of the host, which is closed with `resources`. */
export function openHost<Side extends HostSide | undefined>(
  open: Opener<Side> | undefined,
  context: NodeContext,
  resources: DisposableStack,
): Side {
  // Without an opener there is no side, and `Side` is undefined.
  return resources.use(open?.(context) as Side);
}
