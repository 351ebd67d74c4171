/**
 * Sending in order, one datagram after the other.
 *
 * Several calls of `Deno.DatagramConn.send` may be under way at once, but then they overtake one
 * another: Deno gives each of them up to the event loop after about 128 in a row, or when the
 * socket has no room, and resumes them in any order. TCP takes late packets for lost. So the next
 * datagram waits until the one before has been taken, which costs no throughput.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";

/** The most datagrams that wait, including the one that is being sent. */
const CAPACITY = 512;

/** Datagrams up to this length are kept in buffers that are used again; octets. */
const POOLED_LENGTH = 2048;

/** A datagram that waits: the first `length` octets of a buffer. */
interface Waiting {
  readonly to: Endpoint;
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly length: number;
}

/** Hands a datagram to the system; settles when the system has taken or refused it. */
type SendOne = (to: Endpoint, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;

/** A bounded queue in front of a socket. */
export class SendQueue {
  readonly #send: SendOne;
  readonly #waiting: Waiting[] = [];
  readonly #pool: Uint8Array<ArrayBuffer>[] = [];
  #isSending = false;

  /** @param send must not reject */
  constructor(send: SendOne) {
    this.#send = send;
  }

  /**
   * Takes a copy of a datagram, to be sent after those before it.
   *
   * @returns false when too many wait already
   */
  add(to: Endpoint, bytes: Uint8Array): boolean {
    if (this.#waiting.length >= CAPACITY) return false;
    const { length } = bytes;
    const buffer = length > POOLED_LENGTH
      ? new Uint8Array(length)
      : this.#pool.pop() ?? new Uint8Array(POOLED_LENGTH);
    buffer.set(bytes);
    this.#waiting.push({ to, buffer, length });
    if (!this.#isSending) this.#sendAll();
    return true;
  }

  /** Forgets what still waits. */
  clear(): void {
    this.#waiting.splice(1);
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      await this.#send(next.to, next.buffer.subarray(0, next.length));
      if (next.buffer.length === POOLED_LENGTH) this.#pool.push(next.buffer);
      this.#waiting.shift();
    }
    this.#isSending = false;
  }
}
