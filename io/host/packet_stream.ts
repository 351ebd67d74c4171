/**
 * A program as the host: it reads packets from a stream, and sends others through the driver.
 *
 * @module
 */

import type { HostLink, PacketReceiver } from "./host_link.ts";
import { aborted } from "../run_together.ts";

/** Packets that wait for a reader at most; others are refused, as by an interface whose queue is full. */
const CAPACITY = 256;

/** Hands packets to whoever reads the stream. */
export class PacketStream implements HostLink {
  /** Copies of the packets, one a chunk. */
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
    // null: the stream is broken off; 0: nobody reads, or not fast enough.
    if (controller === undefined || (controller.desiredSize ?? 0) <= 0) return false;
    controller.enqueue(ipv6.slice());
    return true;
  }

  /** Each packet is there at once. */
  flush(): void {}

  /** Nothing comes this way: the driver takes what the program sends by its `send`. */
  run(_receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    return aborted(signal);
  }

  /** Ends the stream. May be repeated. */
  close(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }

  /** Breaks the stream off: whoever reads it gets `reason`. */
  fail(reason: unknown): void {
    this.#controller?.error(reason);
    this.#controller = undefined;
  }
}
