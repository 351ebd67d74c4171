/**
 * Receiving many datagrams with one system call: `recvmmsg`, and UDP_GRO if the kernel has it.
 *
 * @module
 */

import { errnoName } from "../../c/errno.ts";
import { errno, type Libc } from "../../c/libc.ts";
import { outcomeOf } from "../../c/system_call.ts";
import type { Received, TakeDatagram } from "../../udp_socket.ts";
import { EAGAIN } from "../kernel/kernel_numbers.ts";
import { CONTROL_SIZE } from "./message_vector.ts";
import { segmentLength, splitMessage, VIEWS } from "./receive_offload.ts";
import {
  borrowRoom,
  enterRooms,
  leaveRooms,
  MESSAGES,
  type ReceiveRoom,
  returnRoom,
  STRIDE,
} from "./receive_room.ts";

/** Receives from a socket. */
export class UdpReceiver {
  readonly #libc: Pick<Libc, "recvmmsg">;
  readonly #fd: number;
  #isClosed = false;

  constructor(library: Pick<Libc, "recvmmsg">, fd: number) {
    this.#libc = library;
    this.#fd = fd;
    enterRooms();
  }

  /** Delivers what is waiting, as much as one system call yields, and without blocking. */
  receive(take: TakeDatagram): Received {
    const room = borrowRoom();
    try {
      let count = this.#call(room);
      if (count < 0) {
        if (errno() === EAGAIN) return "nothing";
        count = outcomeOf(() => this.#call(room));
        if (count < 0) return -count === EAGAIN ? "nothing" : errnoName(-count);
      }
      for (let i = 0; i < count; i++) this.#deliver(room, i, take);
      return count === MESSAGES ? "more" : "some";
    } finally {
      returnRoom(room);
    }
  }

  /** Nothing is received any more, nor delivered. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    leaveRooms();
  }

  #deliver({ messages, views }: ReceiveRoom, i: number, take: TakeDatagram): void {
    const controlLength = messages.controlLength(i);
    const segment = controlLength === 0
      ? 0
      : segmentLength(messages.controls, i * CONTROL_SIZE, controlLength);
    // The kernel has written how much it used, and will read how much it may use the next time.
    messages.setControlLength(i, CONTROL_SIZE);
    if (this.#isClosed) return;
    const length = messages.moved(i);
    const from = messages.peer(i);
    splitMessage(views, i * VIEWS, i * STRIDE, length, segment, from, take);
  }

  #call({ messages }: ReceiveRoom): number {
    return this.#libc.recvmmsg(this.#fd, messages.headers.bytes, MESSAGES, 0, null);
  }
}
