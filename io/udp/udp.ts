/**
 * UDP as the driver sees it, whatever moves the datagrams.
 *
 * A transport works in passes: it delivers what has arrived, one datagram at a time, and then says
 * that the pass is over. Only then does the driver flush what it has sent meanwhile, so that a
 * transport may gather a pass into one system call, and one that cannot has passes of one datagram.
 *
 *      run:  datagram  datagram  datagram  end      datagram  end
 *               |                   |       |
 *             send                send    flush
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";

/** Takes what a socket receives. */
export interface DatagramReceiver {
  /** One UDP payload. The array is lent for the duration of the call. */
  datagram(bytes: Uint8Array, from: Endpoint): void;
  /** Nothing more has arrived for the moment. */
  end(): void;
}

/** A bound IPv4 UDP socket. */
export interface UdpSocket {
  /** The address and port that it is bound to. */
  readonly local: Endpoint;
  /**
   * Sends a UDP payload, at the latest with the next {@linkcode flush}. The array is lent for the
   * duration of the call. Never throws: a datagram that cannot be sent is counted.
   */
  send(to: Endpoint, bytes: Uint8Array): void;
  /**
   * The same for payloads that stand one right behind the other, all `length` octets long but the last, which
   * may be shorter. Only a transport that does better than to send them one by one has this.
   */
  sendRun?(to: Endpoint, run: Uint8Array, length: number): void;
  /** Sends what still waits to be sent. */
  flush(): void;
  /**
   * Receives until `signal` aborts; the socket is closed then. A datagram that cannot be received,
   * as after an ICMP error, is counted and does not end it.
   */
  run(receiver: DatagramReceiver, signal: AbortSignal): Promise<void>;
  /** Gives the port back. May be repeated. */
  close(): void;
}
