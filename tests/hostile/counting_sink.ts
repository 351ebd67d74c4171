/**
 * A sink that counts, for tests that run too often to keep what they see.
 *
 * @module
 */

import type { DropReason } from "../../protocol/drop_reason.ts";
import type { Sink } from "../../protocol/machine.ts";
import type { Endpoint } from "../../wire/endpoint.ts";

/** Counts what one input made a machine do. */
export class CountingSink implements Sink<string, unknown> {
  datagrams = 0;
  packets = 0;
  events = 0;
  /** Octets of datagrams and packets. */
  octets = 0;
  dropped: DropReason | undefined;

  datagram(_to: Endpoint, _via: string, bytes: Uint8Array): void {
    this.datagrams++;
    this.octets += bytes.length;
  }

  packet(ipv6: Uint8Array): void {
    this.packets++;
    this.octets += ipv6.length;
  }

  event(): void {
    this.events++;
  }

  drop(reason: DropReason): void {
    this.dropped = reason;
  }

  /** All that came out. */
  get outputs(): number {
    return this.datagrams + this.packets + this.events;
  }

  /** Starts over. */
  clear(): void {
    this.datagrams =
      this.packets =
      this.events =
      this.octets =
        0;
    this.dropped = undefined;
  }
}
