import type { Endpoint } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { batchCalls } from "./linux/batch_calls.ts";
import type { TakeDatagram } from "./linux/receive_offload.ts";
import type { Received } from "./linux/udp_receiver.ts";
import type { SendObserver } from "./linux/udp_sender.ts";
import { LinuxUdpSocket } from "./linux/udp_socket.ts";

export { BatchingUnavailable } from "./linux/batch_calls.ts";
export type { TakeDatagram } from "./linux/receive_offload.ts";
export type { Received } from "./linux/udp_receiver.ts";
export type { Refusal, SendObserver } from "./linux/udp_sender.ts";

/**
 * A bound IPv4 UDP socket that receives and sends many datagrams with one system call.
 *
 * Routers may fragment what it sends (no DF bit), and its type of service is 0. Nothing blocks but a flush,
 * shortly: wait for `fd` to become readable with a poller.
 */
export interface NativeUdpSocket {
  /** The address and port that it is bound to. */
  readonly local: Endpoint;
  /** The descriptor, to be waited for; -1 once closed. It stays the property of the socket. */
  readonly fd: number;
  /** Whether the kernel is asked to cut datagrams from longer messages (UDP_SEGMENT). */
  readonly isSegmenting: boolean;
  /** Whether the kernel joins datagrams of one source before it hands them over (UDP_GRO). */
  readonly isJoining: boolean;

  /**
   * Hands out datagrams that wait, as many as one system call yields.
   *
   * An error that it returns is over with that: as a rule ICMP's word on a datagram sent earlier.
   */
  receive(take: TakeDatagram): Received;

  /** Takes a copy of a datagram, to be sent at the latest with the next {@linkcode flush}. Never throws. */
  send(to: Endpoint, bytes: Uint8Array): void;

  /**
   * Takes a copy of datagrams that stand one right behind the other, all `length` octets long but the last, which may
   * be shorter.
   */
  sendRun(to: Endpoint, run: Uint8Array, length: number): void;

  /** Sends what was taken. When the send buffer is full, waits 10 ms for room at most. Never throws. */
  flush(): void;

  /** Closes the socket. May be repeated. */
  close(): void;
}

/** How to open a socket. */
export interface NativeUdpOptions {
  /** The address to bind; 0.0.0.0 for any. */
  readonly address: Ipv4Address;
  /** The port to bind; 0 for one that the system picks. */
  readonly port: number;
  /** Hears what became of datagrams that were not sent as wished. */
  readonly observer: SendObserver;
  /** False: never let the kernel cut messages, even if it can. */
  readonly segmenting?: boolean | undefined;
  /** False: never let the kernel join datagrams, even if it can. */
  readonly joining?: boolean | undefined;
}

/**
 * Opens a socket.
 *
 * @throws {BatchingUnavailable} Such sockets are not to be had here; the message says why.
 * @throws {SystemError} The address cannot be bound.
 */
export function openUdpSocket(options: NativeUdpOptions): NativeUdpSocket {
  return new LinuxUdpSocket(batchCalls(), options);
}
