/**
 * Receiving many datagrams with one system call: `recvmmsg`, and UDP_GRO if the kernel has it.
 *
 * @module
 */

import { giveBack, packetMemory } from "../../../memory/packet_memory.ts";
import { Views } from "../../../memory/views.ts";
import { errnoName, SystemError } from "../../c/errno.ts";
import { errno, type Libc } from "../../c/libc.ts";
import { NativeMemory } from "../../c/native_memory.ts";
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

/** A socket that failed this often in a row, for this many milliseconds, will not recover. */
const MAX_FAILURES = 100;
const LONGEST_FAILING = 1_000;

/** Receives from a socket. */
export class UdpReceiver {
  readonly #libc: Pick<Libc, "recvmmsg">;
  readonly #fd: number;
  readonly #name: string;
  readonly #data = new NativeMemory(MESSAGES * STRIDE, packetMemory(MESSAGES * STRIDE));
  readonly #messages = new MessageVector(MESSAGES, this.#data);
  readonly #views = new Views(this.#data.bytes);
  #isDelivering = false;
  #isClosed = false;
  /** How often in a row receiving failed, and when it began to. */
  #failures = 0;
  #failingSince = 0;

  /** @param name the socket, for messages: "UDP 192.0.2.1:3544" */
  constructor(library: Pick<Libc, "recvmmsg">, fd: number, name: string) {
    this.#libc = library;
    this.#fd = fd;
    this.#name = name;
    for (let i = 0; i < MESSAGES; i++) {
      this.#messages.setRange(i, i * STRIDE, ROOM);
      this.#messages.setControlLength(i, CONTROL_SIZE);
    }
  }

  /**
   * Delivers what is waiting, as much as one system call yields, and without blocking.
   *
   * @throws {SystemError} it keeps failing
   */
  receive(take: TakeDatagram): Received {
    let count = this.#call();
    // An error counts if asking again gives one, too; see `errno`.
    if (count < 0 && errno() !== EAGAIN) count = this.#call();
    if (count < 0) return this.#failure();
    this.#failures = 0;
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

  /** Receiving has failed: says what that means. */
  #failure(): Received {
    const number = errno();
    if (number === EAGAIN) {
      this.#failures = 0;
      return "nothing";
    }
    const now = performance.now();
    if (this.#failures++ === 0) this.#failingSince = now;
    if (this.#failures > MAX_FAILURES && now - this.#failingSince > LONGEST_FAILING) {
      throw new SystemError(`receive on ${this.#name}`, "recvmmsg", number);
    }
    return errnoName(number);
  }
}
