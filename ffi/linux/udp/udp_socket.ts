/**
 * UDP sockets of Linux with `recvmmsg`, `sendmmsg` and the kernel's segmentation.
 *
 * @module
 */

import { type Endpoint, endpoint, formatEndpoint } from "../../../wire/endpoint.ts";
import type { Ipv4Address } from "../../../wire/ipv4_address.ts";
import { errnoNumber, SystemError } from "../../c/errno.ts";
import type { Libc } from "../../c/libc.ts";
import { allocateU32, setInteger } from "../../c/socket_integer.ts";
import { insist } from "../../c/system_call.ts";
import {
  type BatchedUdpOptions,
  type BatchedUdpSocket,
  type DatagramReceiver,
  RECEIVE_BUFFER,
  type Received,
  type TakeDatagram,
  type UdpObserver,
} from "../../udp_socket.ts";
import { type Drained, handleOf, type WaitHandle, type Watcher } from "../../waiting.ts";
import { batchLibrary, tryBatchCalls } from "./batch_calls.ts";
import {
  AF_INET,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOL_UDP,
  UDP_GRO,
  UDP_SEGMENT,
} from "../kernel/kernel_numbers.ts";
import { SOCKADDR_IN } from "../kernel/kernel_structs.ts";
import {
  allowFragmentation,
  growReceiveBuffer,
  growSendBuffer,
} from "../kernel/socket_settings.ts";
import { UdpReceiver } from "./udp_receiver.ts";
import { UdpSender } from "./udp_sender.ts";

/** Room for a dozen long messages, in octets, and not for minutes of a slow link. */
const SEND_BUFFER = 1024 * 1024;

/** A UDP socket of Linux. See {@linkcode BatchedUdpSocket} for the contract. */
export class LinuxUdpSocket implements BatchedUdpSocket {
  readonly local: Endpoint;
  readonly isSegmenting: boolean;
  readonly isJoining: boolean;
  readonly #libc: Libc;
  readonly #receiver: UdpReceiver;
  readonly #sender: UdpSender;
  readonly #watcher: Watcher;
  readonly #observer: UdpObserver;
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;

  /**
   * @throws {BatchingUnavailable} the C library or the kernel lacks the calls
   * @throws {SystemError} the address cannot be bound
   */
  constructor(options: BatchedUdpOptions) {
    const library = this.#libc = batchLibrary();
    this.#watcher = options.watcher;
    this.#observer = options.observer;
    const type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.#fd = insist("open a UDP socket", "socket", () => library.socket(AF_INET, type, 0));
    try {
      tryBatchCalls(this.#fd);
      // A length of 0 changes nothing: this only asks whether the kernel knows the option. One that
      // does not would ignore it in a message, and send the whole message as one datagram.
      this.isSegmenting = options.segmenting !== false && this.#set(UDP_SEGMENT, 0);
      this.isJoining = options.joining !== false && this.#set(UDP_GRO, 1);
      allowFragmentation(this.#fd);
      growReceiveBuffer(this.#fd, options.receiveBuffer ?? RECEIVE_BUFFER);
      growSendBuffer(this.#fd, SEND_BUFFER);
      this.local = this.#bind(options.address, options.port);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#receiver = new UdpReceiver(library, this.#fd);
    this.#sender = new UdpSender(library, this.#fd, this.isSegmenting, options.observer);
  }

  /**
   * What a poller waits for: ready when there is something to receive. Not valid after
   * {@linkcode close}.
   */
  get handle(): WaitHandle {
    return handleOf(this.#fd);
  }

  receive(take: TakeDatagram): Received {
    return this.#fd < 0 ? "nothing" : this.#receiver.receive(take);
  }

  send(to: Endpoint, bytes: Uint8Array): void {
    if (this.#fd >= 0) this.#sender.send(to, bytes);
  }

  sendRun(to: Endpoint, run: Uint8Array, length: number): void {
    if (this.#fd >= 0) this.#sender.sendRun(to, run, length);
  }

  flush(): void {
    if (this.#fd >= 0) this.#sender.flush();
  }

  async run(receiver: DatagramReceiver, signal: AbortSignal): Promise<void> {
    const take: TakeDatagram = (bytes, from) => receiver.datagram(bytes, from);
    try {
      await this.#watcher.watch(this.handle, () => this.#pass(take, receiver), signal);
    } finally {
      this.close();
    }
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
    // Both are missing if the constructor failed.
    this.#receiver?.close();
    this.#sender?.close();
  }

  #pass(take: TakeDatagram, receiver: DatagramReceiver): Drained {
    const received = this.receive(take);
    switch (received) {
      case "more":
      case "some":
        receiver.end();
        return received;
      case "nothing":
        return "nothing";
      default: {
        // The datagram may still be there, so the poller must not come back at once.
        const error = new SystemError(
          `receive on UDP ${formatEndpoint(this.local)}`,
          "recvmmsg",
          errnoNumber(received),
        );
        this.#observer.unreceived?.(received);
        throw error;
      }
    }
  }

  #set(option: number, value: number): boolean {
    return setInteger(this.#fd, SOL_UDP, option, value);
  }

  /** Binds the socket, and returns its address and port. */
  #bind(address: Ipv4Address, port: number): Endpoint {
    const name = SOCKADDR_IN.encode({ family: AF_INET, port, address });
    const { bind, getsockname } = this.#libc;
    const attempt = `listen on UDP ${formatEndpoint(endpoint(address, port))}`;
    insist(attempt, "bind", () => bind(this.#fd, name, name.length));
    const ask = () => getsockname(this.#fd, name, allocateU32(name.length));
    insist("find out the port of a UDP socket", "getsockname", ask);
    return endpoint(address, SOCKADDR_IN.decode(name).port);
  }
}
