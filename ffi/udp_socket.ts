/**
 * UDP sockets, whatever moves the datagrams.
 *
 * A socket works in passes: it delivers what has arrived, one datagram at a time, and then says
 * that the pass is over. Only then does its user flush what it has sent meanwhile. So a socket can
 * gather a pass into one system call, and one that cannot has passes of one datagram.
 *
 *      run:  datagram  datagram  datagram  end      datagram  end
 *               |                   |       |
 *             send                send    flush
 *
 * @module
 */

import type { Endpoint } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { ErrnoName } from "./c/errno.ts";
import type { Watcher } from "./waiting.ts";

/**
 * This system has no batched UDP sockets, or does not let this program use them. The message says
 * why.
 */
export class BatchingUnavailable extends Error {
  override readonly name = "BatchingUnavailable";
}

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
   * Sends a UDP payload, with the next {@linkcode flush} at the latest. The array is lent for the
   * duration of the call. Never throws: a datagram that cannot be sent is counted.
   */
  send(to: Endpoint, bytes: Uint8Array): void;
  /**
   * The same for payloads that stand one right behind the other, all `length` octets long except
   * the last, which may be shorter. Only a socket that does better than sending them one by one has
   * this.
   */
  sendRun?(to: Endpoint, run: Uint8Array, length: number): void;
  /** Sends what still waits to be sent. Never throws. */
  flush(): void;
  /**
   * Receives until `signal` aborts; the socket is closed then. A datagram that cannot be received,
   * as after an ICMP error, is counted and does not end it.
   *
   * @throws {SystemError} Receiving keeps failing.
   */
  run(receiver: DatagramReceiver, signal: AbortSignal): Promise<void>;
  /** Gives the port back. May be repeated. */
  close(): void;
}

/** Takes a datagram. The array is lent for the duration of the call. */
export type TakeDatagram = DatagramReceiver["datagram"];

/**
 * What one receiving call brought: nothing, everything that was waiting, as much as one call can
 * bring, or the name of an error.
 */
export type Received = "nothing" | "some" | "more" | ErrnoName;

/**
 * A socket that receives and sends many datagrams with one system call.
 *
 * Routers may fragment what it sends (no DF bit), and its type of service is 0. When its send
 * buffer is full, a flush waits 10 ms for room at most.
 */
export interface BatchedUdpSocket extends UdpSocket {
  /** Whether the kernel is asked to cut datagrams from longer messages (UDP_SEGMENT). */
  readonly isSegmenting: boolean;
  /** Whether the kernel joins datagrams of one source before it delivers them (UDP_GRO). */
  readonly isJoining: boolean;

  sendRun(to: Endpoint, run: Uint8Array, length: number): void;

  /**
   * Delivers datagrams that are waiting, as many as one system call yields. This is for programs
   * that do not {@linkcode UdpSocket.run} the socket. An error that it returns may come again.
   */
  receive(take: TakeDatagram): Received;
}

/**
 * Why the kernel does not cut messages into datagrams: it never can, or not those for one
 * destination.
 */
export type SegmentationRefusal = "never" | "destination";

/** Learns what became of datagrams. */
export interface UdpObserver {
  /** The kernel took datagrams, one or many. */
  sent?(): void;
  /**
   * Datagrams were lost: refused by the kernel, or there was no room for them for too long
   * (EAGAIN).
   */
  lost(count: number, code: ErrnoName): void;
  /**
   * The kernel refused to cut a message. Its datagrams were sent one by one, and so will be later
   * ones.
   */
  refused(refusal: SegmentationRefusal, code: ErrnoName): void;
  /** Receiving failed, for instance after an ICMP error. */
  unreceived?(code: ErrnoName): void;
}

/** Room for a burst of packets, in octets. */
export const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** How to open a batched socket. */
export interface BatchedUdpOptions {
  /** The address to bind; 0.0.0.0 for any. */
  readonly address: Ipv4Address;
  /** The port to bind; with 0 the system picks one. */
  readonly port: number;
  /** Waits for datagrams while the socket runs. */
  readonly watcher: Watcher;
  readonly observer: UdpObserver;
  /** False: never let the kernel cut messages, even if it can. */
  readonly segmenting?: boolean | undefined;
  /** False: never let the kernel join datagrams, even if it can. */
  readonly joining?: boolean | undefined;
  /** Room for datagrams that wait to be received, in octets; {@linkcode RECEIVE_BUFFER} by default. */
  readonly receiveBuffer?: number | undefined;
}
