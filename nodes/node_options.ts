/**
 * What client, server and relay have in common before they are opened, and when they are started.
 *
 * @module
 */

import type { Counters } from "../io/counters.ts";
import type { SystemErrorNews } from "../io/system_errors.ts";
import type { Log } from "../io/log.ts";
import type { UdpSocket } from "../ffi/udp_socket.ts";
import type { Network } from "./address_policy.ts";
import type { UdpMode } from "./udp_mode.ts";
import type { TransportNews } from "./udp_opener.ts";

/** Options of every node. */
export interface NodeOptions {
  /** Ends the node when it aborts, and its opening too. */
  readonly signal?: AbortSignal | undefined;
  /** The IPv4 network that the node belongs to; `public` by default. */
  readonly network?: Network | undefined;
  /** How the node moves its datagrams; `auto` by default. */
  readonly udp?: UdpMode | undefined;
  /**
   * Whether the C library may be called, with `--allow-ffi`; true by default. Without it the node
   * moves datagrams one by one, takes some seconds to notice a change of the network, and cannot
   * make an interface.
   */
  readonly ffi?: boolean | undefined;
  /**
   * Called with how datagrams are moved, and when none can be sent. The first news comes while the
   * node opens.
   */
  readonly onTransport?: ((news: TransportNews) => void) | undefined;
  /**
   * Called when a system call has failed and the node goes on: once a minute at most for each call
   * and error. The counters have them all.
   */
  readonly onSystemError?: ((news: SystemErrorNews) => void) | undefined;
  /**
   * Called with an error that must not end the node: of a listener, or a bug that a packet brought
   * to light. By default the log reports it.
   */
  readonly onFault?: ((error: unknown) => void) | undefined;
  /** Takes messages for people; by default they are discarded. */
  readonly log?: Log | undefined;
  /** Counts packets, and drops by reason; by default counting starts at zero. */
  readonly counters?: Counters | undefined;
  /** Puts something between each socket and the node, such as a recorder. */
  readonly tap?: ((socket: UdpSocket) => UdpSocket) | undefined;
  /**
   * Whether the process has nothing else to do; false by default. If so, answers come sooner, but
   * the event loop may be blocked for some milliseconds. On Linux it is blocked until a packet
   * comes, a timer of this library is due, or Deno has an event: your own timers, those of
   * `AbortSignal.timeout` too, may be late by 30 s. After its start the node handles some hundred
   * made-up packets, which don't leave this host, so that V8 compiles what handles them.
   */
  readonly isAlone?: boolean | undefined;
}

/**
 * What a node calls from its start on. Nothing is called before, so that listeners may use the
 * node.
 */
export interface NodeListeners<Event> {
  /**
   * Called with each event, whose addresses JSON and the console show as text. It may ask the node,
   * but must not change it.
   */
  readonly onEvent?: ((event: Event) => void) | undefined;
  /** Called when the network of this host has changed and the node has adapted to it. */
  readonly onNetworkChange?: (() => void) | undefined;
  /**
   * Called when something about the node's own interface is wrong, or no longer, as
   * `host.own.faults` says.
   */
  readonly onInterfaceFaults?: (() => void) | undefined;
}
