/**
 * Options of UDP sockets that Deno opened and offers no way to set.
 *
 * @module
 */

/** Sets options of the UDP socket of this process that is bound to a given address and port. */
export interface SocketOptions {
  /**
   * Lets routers fragment what the socket sends: clears the DF bit that Linux sets by default.
   *
   * RFC 4380 §5.1.1 has Teredo packets of up to 1280 octets plus headers cross any IPv4 path; with
   * DF set, and the ICMP errors of a NAT lost, larger packets would vanish on paths with a small
   * MTU.
   *
   * @param address the local address in dotted form, as `addr.hostname` of the socket shows it
   * @param port the local port
   * @returns Whether a socket was found and changed.
   */
  clearDontFragment(address: string, port: number): boolean;

  /**
   * Asks for a receive buffer of `octets`, so that a burst waits and does not get lost.
   *
   * @returns The size granted in octets as the kernel counts, bookkeeping included (about twice the
   * size that was asked for); 0 when there is no such socket.
   */
  setReceiveBuffer(address: string, port: number, octets: number): number;

  /**
   * Makes receiving and sending fail with what routers and hosts answered to earlier datagrams, such
   * as `ECONNREFUSED` for a closed port. Without it, nothing of that is reported on sockets that may
   * send to anyone. Some systems lack this.
   *
   * @returns Whether a socket was found and changed.
   */
  reportErrors?(address: string, port: number): boolean;

  /**
   * Keeps what the socket sends to multicast groups on the link, and from coming back to this host.
   *
   * @returns Whether a socket was found and changed.
   */
  keepMulticastOnLink(address: string, port: number): boolean;
}
