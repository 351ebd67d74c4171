/**
 * Sending whole IPv6 packets by the host's own routes.
 *
 * @module
 */

import type { ErrnoName } from "./c/errno.ts";

/** What became of a packet: it is on its way, or the name of the error that stopped it. */
export type SendResult = "sent" | ErrnoName;

/** Sends whole IPv6 packets by the host's routing table, whatever their source address is. */
export interface RawIpv6 {
  /**
   * Sends one packet to the destination in its header. Never blocks or throws: `"EAGAIN"` is a full
   * queue, `"ENETUNREACH"` a missing route, `"EADDRNOTAVAIL"` a host without any IPv6 address,
   * `"EMSGSIZE"` a packet above the outgoing link's MTU.
   */
  send(packet: Uint8Array): SendResult;

  /** Closes the socket. May be repeated. */
  close(): void;
}
