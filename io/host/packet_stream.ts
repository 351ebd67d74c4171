/**
 * A program in place of the host: it reads packets from a stream, and sends others through the
 * driver.
 *
 * @module
 */

import type { HostLink, PacketReceiver } from "./host_link.ts";
import { aborted } from "../run_together.ts";

/**
 * The most packets that wait for a reader. More are refused, as by an interface whose queue is
 * full.
 */
const CAPACITY = 256;

/** Delivers packets to the reader of a stream. */
export class PacketStream implements HostLink {
  /** Copies of the packets, one in each chunk. */
  readonly packets: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

  constructor() {
    this.packets = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      cancel: () => void (this.#controller = undefined),
    }, { highWaterMark: CAPACITY });
  }

  write(ipv6: Uint8Array): boolean {
    const controller = this.#controller;
    // null: the stream has failed. 0: nobody reads, or not fast enough.
    if (controller === undefined || (controller.desiredSize ?? 0) <= 0) return false;
    controller.enqueue(ipv6.slice());
    return true;
  }

  /** Each packet is in the stream at once. */
  flush(): void {}

  /** Nothing arrives here: the program calls the driver's `send`. */
  run(_receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    return aborted(signal);
  }

  /** Ends the stream. May be repeated. */
  close(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }

  /** Ends the stream with an error, which its reader gets. */
  fail(reason: unknown): void {
    this.#controller?.error(reason);
    this.#controller = undefined;
  }
}
