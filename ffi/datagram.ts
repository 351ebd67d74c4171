/**
 * Sending datagrams to a program on this host.
 *
 * @module
 */

/** A socket that sends to one other. */
export interface DatagramSender {
  /** Sends, unless nobody listens or nothing more fits in. Never blocks or throws. */
  send(message: Uint8Array<ArrayBuffer>): void;
  /** Closes the socket. */
  close(): void;
}
