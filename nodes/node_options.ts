/**
 * What client, server and relay are told alike.
 *
 * @module
 */

import type { Counters } from "../io/counters.ts";
import type { Log } from "../io/log.ts";
import type { UdpSocket } from "../ffi/udp_socket.ts";
import type { Network } from "./address_policy.ts";
import type { UdpMode } from "./udp_mode.ts";
import type { TransportNews } from "./udp_opener.ts";

/** Options of every node. */
export interface NodeOptions<Event> {
  /** Ends the node when it aborts, and its start too. */
  readonly signal?: AbortSignal | undefined;
  /** The IPv4 network it belongs to; `public` unless given. */
  readonly network?: Network | undefined;
  /** What moves its datagrams; `auto` unless given. */
  readonly udp?: UdpMode | undefined;
  /**
   * Whether the C library may be called, with `--allow-ffi`; unless given, yes. Without it datagrams are moved
   * one by one, changes of the network noticed after some seconds, and no interface can be made.
   */
  readonly ffi?: boolean | undefined;
  /** Hears what the node reports. From within, the node may be asked, but not be told anything. */
  readonly onEvent?: ((event: Event) => void) | undefined;
  /** Hears how datagrams are moved, and when none can be sent. */
  readonly onTransport?: ((news: TransportNews) => void) | undefined;
  /** Hears that this host's network is another one now; what follows from that is done already. */
  readonly onNetworkChange?: (() => void) | undefined;
  /** Hears of a mistake in this library, as a packet brought it to light; unless given, the log does. */
  readonly onFault?: ((error: unknown) => void) | undefined;
  /** Takes what a person may want to read; unless given, nobody reads it. */
  readonly log?: Log | undefined;
  /** Counts what passes, and what is dropped and why; unless given, from zero on. */
  readonly counters?: Counters | undefined;
  /** Puts something between a socket and the node, such as a recorder. */
  readonly tap?: ((socket: UdpSocket) => UdpSocket) | undefined;
  /**
   * Whether the process has nothing else to do: answers then come sooner, but the event loop may be held
   * up for some milliseconds.
   */
  readonly isAlone?: boolean | undefined;
}
