/**
 * A sink that keeps what a machine hands it, for tests of every role.
 *
 * @module
 */

import type { DropReason } from "../protocol/drop_reason.ts";
import type { Sink } from "../protocol/machine.ts";
import { type Endpoint, formatEndpoint } from "../wire/endpoint.ts";

/** A datagram that a machine sent. */
export interface SentDatagram<Via extends string> {
  readonly to: Endpoint;
  readonly via: Via;
  /** A copy. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Keeps copies of everything, in order, until {@linkcode RecordingSink.clear}. */
export class RecordingSink<Via extends string, Event> implements Sink<Via, Event> {
  readonly datagrams: SentDatagram<Via>[] = [];
  readonly packets: Uint8Array<ArrayBuffer>[] = [];
  readonly events: Event[] = [];
  readonly drops: DropReason[] = [];
  /** The sockets that are open beyond those from the start, and their ports. */
  readonly opened = new Map<Via, number>();
  #port = 50_000;

  datagram(to: Endpoint, via: Via, bytes: Uint8Array): void {
    this.datagrams.push({ to, via, bytes: bytes.slice() });
  }

  packet(ipv6: Uint8Array): void {
    this.packets.push(ipv6.slice());
  }

  event(event: Event): void {
    this.events.push(event);
  }

  drop(reason: DropReason): void {
    this.drops.push(reason);
  }

  open(via: Via): number {
    this.opened.set(via, ++this.#port);
    return this.#port;
  }

  close(via: Via): void {
    this.opened.delete(via);
  }

  /** Forgets what was kept, but not which sockets are open. */
  clear(): void {
    for (const list of [this.datagrams, this.packets, this.events, this.drops]) list.length = 0;
  }

  /** The datagrams as lines, "primary > 192.0.2.1:4096 6000…", for comparing and for messages. */
  sent(): string[] {
    return this.datagrams.map(({ to, via, bytes }) =>
      `${via} > ${formatEndpoint(to)} ${bytes.toHex()}`
    );
  }
}
