/**
 * UDP in batches: the transport of Linux, with a system call for each pass instead of each datagram.
 *
 * @module
 */

import type { Drained, Poller } from "../../ffi/poller.ts";
import type { NativeUdpSocket, SendObserver } from "../../ffi/udp_socket.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import type { Counters } from "../counters.ts";
import { waitForFd } from "../wait_for_fd.ts";
import type { DatagramReceiver, UdpSocket } from "./udp.ts";

/** A native socket that a poller waits for, which other sockets and a TUN may share. */
export class BatchedUdp implements UdpSocket {
  readonly #socket: NativeUdpSocket;
  readonly #poller: Pick<Poller, "add" | "remove">;
  readonly #counters: Counters;

  /** The socket is closed with this object. */
  constructor(
    socket: NativeUdpSocket,
    poller: Pick<Poller, "add" | "remove">,
    counters: Counters,
  ) {
    this.#socket = socket;
    this.#poller = poller;
    this.#counters = counters;
  }

  get local(): Endpoint {
    return this.#socket.local;
  }

  send(to: Endpoint, bytes: Uint8Array): void {
    this.#socket.send(to, bytes);
  }

  sendRun(to: Endpoint, run: Uint8Array, length: number): void {
    this.#socket.sendRun(to, run, length);
  }

  flush(): void {
    this.#socket.flush();
  }

  async run(receiver: DatagramReceiver, signal: AbortSignal): Promise<void> {
    const { fd } = this.#socket;
    const take = (bytes: Uint8Array, from: Endpoint) => receiver.datagram(bytes, from);
    try {
      await waitForFd(this.#poller, fd, () => this.#drain(take, receiver), signal);
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#socket.close();
  }

  /** One pass. */
  #drain(take: DatagramReceiver["datagram"], receiver: DatagramReceiver): Drained {
    const received = this.#socket.receive(take);
    switch (received) {
      case "more":
      case "some":
        receiver.end();
        return received;
      case "nothing":
        return "nothing";
      default:
        this.#counters.drop("receive_failed");
        return "nothing";
    }
  }
}

/** Counts what a native socket does not send. */
export function countLosses(counters: Counters): SendObserver["lost"] {
  return (count, code) => {
    const reason = code === "EAGAIN" ? "send_backlog" : "send_failed";
    for (let i = 0; i < count; i++) counters.drop(reason);
  };
}
