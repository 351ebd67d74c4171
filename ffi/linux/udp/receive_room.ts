/**
 * Memory for what one system call receives, which all sockets share.
 *
 * What is received is delivered before anything else happens, so one room is enough. A client behind
 * a symmetric NAT has a socket for each of dozens of peers (RFC 6081 §5.4); a room for each would
 * take hundreds of megabytes.
 *
 * @module
 */

import { giveBack, packetMemory } from "../../../memory/packet_memory.ts";
import { Views } from "../../../memory/views.ts";
import { NativeMemory } from "../../c/native_memory.ts";
import { CONTROL_SIZE, MessageVector } from "./message_vector.ts";

/** How many messages one system call receives, at most. */
export const MESSAGES = 64;

/** Octets for each: no UDP payload is longer, joined or not. */
const ROOM = 0x1_0000;

/**
 * From the beginning of one to that of the next. If it were a power of two, all beginnings would
 * share the same few lines of the processor's caches, and short datagrams consist of a beginning
 * only.
 */
export const STRIDE = ROOM + 320;

/** Messages, and memory for their data. */
export class ReceiveRoom {
  readonly #data = new NativeMemory(MESSAGES * STRIDE, packetMemory(MESSAGES * STRIDE));
  readonly messages = new MessageVector(MESSAGES, this.#data);
  readonly views = new Views(this.#data.bytes);

  constructor() {
    for (let i = 0; i < MESSAGES; i++) {
      this.messages.setRange(i, i * STRIDE, ROOM);
      this.messages.setControlLength(i, CONTROL_SIZE);
    }
  }

  /** Gives its memory back. */
  close(): void {
    giveBack(this.#data.bytes);
  }
}

/** Rooms in which nothing is being delivered: one, unless a delivery led to another. */
const free: ReceiveRoom[] = [];

/** How many sockets there are. */
let users = 0;

/** A socket has come. */
export function enterRooms(): void {
  users++;
}

/** A socket has gone. The last one's memory is given back once nothing is being delivered. */
export function leaveRooms(): void {
  users--;
  if (users === 0) { for (const room of free.splice(0)) room.close(); }
}

/** A room for one call and its delivery. */
export function borrowRoom(): ReceiveRoom {
  return free.pop() ?? new ReceiveRoom();
}

/** Takes the room back. */
export function returnRoom(room: ReceiveRoom): void {
  if (users === 0) room.close();
  else free.push(room);
}
