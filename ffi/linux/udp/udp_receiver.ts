/**
 * Receiving many datagrams with one system call: `recvmmsg`, and UDP_GRO if the kernel has it.
 *
 * @module
 */

import { giveBack, packetMemory } from "../../../memory/packet_memory.ts";
import { Views } from "../../../memory/views.ts";
import { errnoName } from "../../c/errno.ts";
import { errno, type Libc } from "../../c/libc.ts";
import { NativeMemory } from "../../c/native_memory.ts";
import { outcomeOf } from "../../c/system_call.ts";
import type { Received, TakeDatagram } from "../../udp_socket.ts";
import { EAGAIN } from "../kernel/kernel_numbers.ts";
import { CONTROL_SIZE, MessageVector } from "./message_vector.ts";
import { segmentLength, splitMessage, VIEWS } from "./receive_offload.ts";

/** How many messages one system call receives, at most. */
const MESSAGES = 64;

/** Octets for each: no UDP payload is longer, joined or not. */
const ROOM = 0x1_0000;

/**
 * From the beginning of one to that of the next. If it were a power of two, all beginnings would
 * share the same few lines of the processor's caches, and short datagrams consist of a beginning
 * only.
 */
const STRIDE = ROOM + 320;

/** Receives from a socket. */
export class UdpReceiver {
  readonly #libc: Pick<Libc, "recvmmsg">;
  readonly #fd: number;
  readonly #data = new NativeMemory(MESSAGES * STRIDE, packetMemory(MESSAGES * STRIDE));
  readonly #messages = new MessageVector(MESSAGES, this.#data);
  readonly #views = new Views(this.#data.bytes);
  #isDelivering = false;
  #isClosed = false;

  constructor(library: Pick<Libc, "recvmmsg">, fd: number) {
    this.#libc = library;
    this.#fd = fd;
    for (let i = 0; i < MESSAGES; i++) {
      this.#messages.setRange(i, i * STRIDE, ROOM);
      this.#messages.setControlLength(i, CONTROL_SIZE);
    }
  }

  /** Delivers what is waiting, as much as one system call yields, and without blocking. */
  receive(take: TakeDatagram): Received {
    let count = this.#call();
    if (count < 0) {
      if (errno() === EAGAIN) return "nothing";
      count = outcomeOf(() => this.#call());
      if (count < 0) return -count === EAGAIN ? "nothing" : errnoName(-count);
    }
    this.#isDelivering = true;
    try {
      for (let i = 0; i < count && !this.#isClosed; i++) this.#deliver(i, take);
    } finally {
      this.#isDelivering = false;
      if (this.#isClosed) giveBack(this.#data.bytes);
    }
    return count === MESSAGES ? "more" : "some";
  }

  /**
   * Gives its memory back, as soon as no datagram is being delivered. Nothing is received any more.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#isDelivering) giveBack(this.#data.bytes);
  }

  #deliver(i: number, take: TakeDatagram): void {
    const messages = this.#messages;
    const controlLength = messages.controlLength(i);
    const segment = controlLength === 0
      ? 0
      : segmentLength(messages.controls, i * CONTROL_SIZE, controlLength);
    // The kernel has written how much it used, and will read how much it may use the next time.
    messages.setControlLength(i, CONTROL_SIZE);
    const length = messages.moved(i);
    const from = messages.peer(i);
    splitMessage(this.#views, i * VIEWS, i * STRIDE, length, segment, from, take);
  }

  #call(): number {
    return this.#libc.recvmmsg(this.#fd, this.#messages.headers.bytes, MESSAGES, 0, null);
  }
}
