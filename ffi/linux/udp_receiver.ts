/**
 * Receiving many datagrams with one system call: `recvmmsg`, and UDP_GRO where the kernel has it.
 *
 * @module
 */
import { giveBack, packetMemory } from "../../memory/packet_memory.ts";
import { Views } from "../../memory/views.ts";
import { errno, type ErrnoName, errnoName } from "../c/errno.ts";
import type { Libc } from "../c/libc.ts";
import { CONTROL_SIZE, MessageVector } from "./message_vector.ts";
import { NativeMemory } from "../c/native_memory.ts";
import { segmentLength, splitMessage, type TakeDatagram, VIEWS } from "./receive_offload.ts";

/** Messages of one system call, at most. */
const MESSAGES = 64;

/** Room for each: no UDP payload is longer, joined or not. */
const ROOM = 0x1_0000;

/**
 * From the beginning of one to that of the next. Were it a power of two, the beginnings of all would fall into
 * the same few lines of the processor's caches, and short datagrams have nothing but a beginning.
 */
const STRIDE = ROOM + 320;

/**
 * What one call brought: nothing, all that waited, as much as one call can bring, or the name of the error.
 */
export type Received = "nothing" | "some" | "more" | ErrnoName;

/** Receives from a socket. */
export class UdpReceiver {
  readonly #recvmmsg: NonNullable<Libc["recvmmsg"]>;
  readonly #data = new NativeMemory(MESSAGES * STRIDE, packetMemory(MESSAGES * STRIDE));
  readonly #messages = new MessageVector(MESSAGES, this.#data);
  readonly #views = new Views(this.#data.bytes);
  #isDelivering = false;
  #isClosed = false;

  constructor(recvmmsg: NonNullable<Libc["recvmmsg"]>) {
    this.#recvmmsg = recvmmsg;
    for (let i = 0; i < MESSAGES; i++) {
      this.#messages.setRange(i, i * STRIDE, ROOM);
      this.#messages.setControlLength(i, CONTROL_SIZE);
    }
  }

  /** Hands out what waits, as much as one system call yields, and without blocking. */
  receive(fd: number, take: TakeDatagram): Received {
    const count = this.#recvmmsg(fd, this.#messages.headers.bytes, MESSAGES, 0, null);
    if (count < 0) return failure();
    this.#isDelivering = true;
    try {
      for (let i = 0; i < count && !this.#isClosed; i++) this.#deliver(i, take);
    } finally {
      this.#isDelivering = false;
      if (this.#isClosed) giveBack(this.#data.bytes);
    }
    return count === MESSAGES ? "more" : "some";
  }

  /** Gives its memory back, at the latest once who takes a datagram has done with it. Nothing is received any more. */
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
    // The kernel writes what it used, and reads there how much it may use the next time.
    messages.setControlLength(i, CONTROL_SIZE);
    const length = messages.moved(i);
    const from = messages.peer(i);
    splitMessage(this.#views, i * VIEWS, i * STRIDE, length, segment, from, take);
  }
}

function failure(): Received {
  const code = errnoName(errno());
  return code === "EAGAIN" || code === "EINTR" ? "nothing" : code;
}
