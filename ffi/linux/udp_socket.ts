/**
 * UDP sockets of Linux with `recvmmsg`, `sendmmsg` and the kernel's segmentation.
 *
 * @module
 */
import { type Endpoint, endpoint, formatEndpoint } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { type BatchCalls, tryCalls } from "./batch_calls.ts";
import { SystemError } from "../c/errno.ts";
import { AF_INET } from "./message_vector.ts";
import { SOL_UDP, type TakeDatagram, UDP_GRO } from "./receive_offload.ts";
import {
  dontFragmentOff,
  growReceiveBuffer,
  growSendBuffer,
  setInteger,
  u32Box,
} from "./socket_integer.ts";
import { SOCKADDR_IN } from "./structs.ts";
import { type Received, UdpReceiver } from "./udp_receiver.ts";
import { UDP_SEGMENT, UdpSender } from "./udp_sender.ts";
import type { Drained, Watcher } from "../poller.ts";
import type {
  BatchedUdpOptions,
  BatchedUdpSocket,
  DatagramReceiver,
  UdpObserver,
} from "../udp_socket.ts";

// <sys/socket.h>
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;

/** Room for a burst of packets, octets. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** Room for a dozen long messages, and not for the minutes of a slow link. */
const SEND_BUFFER = 1024 * 1024;

/** A UDP socket of Linux. See {@linkcode BatchedUdpSocket} for the contract. */
export class LinuxUdpSocket implements BatchedUdpSocket {
  readonly local: Endpoint;
  readonly isSegmenting: boolean;
  readonly isJoining: boolean;
  readonly #calls: BatchCalls;
  readonly #receiver: UdpReceiver;
  readonly #sender: UdpSender;
  readonly #watcher: Watcher;
  readonly #observer: UdpObserver;
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;

  constructor(calls: BatchCalls, options: BatchedUdpOptions) {
    this.#calls = calls;
    this.#watcher = options.watcher;
    this.#observer = options.observer;
    this.#fd = calls.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (this.#fd < 0) throw new SystemError("open a UDP socket", "socket");
    try {
      tryCalls(this.#fd, calls);
      // A length of 0 changes nothing: this only asks whether the kernel knows the option. One that does not
      // would pay no heed to it beside a message, and send the whole message as one datagram.
      this.isSegmenting = options.segmenting !== false && this.#set(UDP_SEGMENT, 0);
      this.isJoining = options.joining !== false && this.#set(UDP_GRO, 1);
      dontFragmentOff(this.#fd);
      growReceiveBuffer(this.#fd, RECEIVE_BUFFER);
      growSendBuffer(this.#fd, SEND_BUFFER);
      this.local = this.#bind(options.address, options.port);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#receiver = new UdpReceiver(calls.recvmmsg);
    this.#sender = new UdpSender(calls, this.#fd, this.isSegmenting, options.observer);
  }

  /** The descriptor, -1 once closed. It stays the property of the socket. */
  get fd(): number {
    return this.#fd;
  }

  receive(take: TakeDatagram): Received {
    return this.#fd < 0 ? "nothing" : this.#receiver.receive(this.#fd, take);
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
      await this.#watcher.watch(this.#fd, () => this.#pass(take, receiver), signal);
    } finally {
      this.close();
    }
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#calls.close(this.#fd);
    this.#fd = -1;
    // Either is missing where the constructor failed.
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
      default:
        this.#observer.unreceived?.(received);
        return "nothing";
    }
  }

  #set(option: number, value: number): boolean {
    return setInteger(this.#fd, SOL_UDP, option, value);
  }

  /** Binds the socket, and returns where to. */
  #bind(address: Ipv4Address, port: number): Endpoint {
    const name = SOCKADDR_IN.encode({ family: AF_INET, port, address });
    if (this.#calls.bind(this.#fd, name, name.length) < 0) {
      throw new SystemError(`listen on UDP ${formatEndpoint(endpoint(address, port))}`, "bind");
    }
    if (this.#calls.getsockname(this.#fd, name, u32Box(name.length)) < 0) {
      throw new SystemError("find out the port of a UDP socket", "getsockname");
    }
    return endpoint(address, SOCKADDR_IN.decode(name).port);
  }
}
