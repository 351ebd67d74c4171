/**
 * A sink that holds a machine to what is always so.
 *
 * @module
 */

import type { DropReason } from "../../protocol/drop_reason.ts";
import type { Sink } from "../../protocol/machine.ts";
import { addressOf, type Endpoint, portOf } from "../../wire/endpoint.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { isIpv6Packet } from "../../wire/ipv6_header.ts";
import type { SentDatagram } from "../recording_sink.ts";
import { hold } from "./target.ts";

const GLOBAL = new GlobalUnicast("rfc4380");

/** How many of the last datagrams are kept. */
const KEPT = 16;

/** No machine has reason to send longer ones: MTU, elements and trailers. */
const LONGEST = 65_575;

/** Sockets that a client may have open for peers at once, generously. */
const MOST_OPEN = 64;

/** Counts what an input makes a machine do, and looks at each thing. */
export class WatchedSink<Via extends string, Event> implements Sink<Via, Event> {
  /** The last datagrams, the latest at the end. */
  readonly sent: SentDatagram<Via>[] = [];
  readonly drops = new Map<DropReason, number>();
  outputs = 0;
  octets = 0;
  dropped = 0;
  readonly #opened = new Set<Via>();
  readonly #isLocal: (via: Via) => boolean;

  /** @param isLocal whether datagrams of a socket may go to addresses that are not global */
  constructor(isLocal: (via: Via) => boolean = () => false) {
    this.#isLocal = isLocal;
  }

  datagram(to: Endpoint, via: Via, bytes: Uint8Array): void {
    const isRight = portOf(to) !== 0 && (this.#isLocal(via) || GLOBAL.has(addressOf(to)));
    hold(isRight, `A datagram to ${addressOf(to)}:${portOf(to)} from ${via}`);
    hold(bytes.length > 0 && bytes.length <= LONGEST, `A datagram of ${bytes.length} octets`);
    this.sent.push({ to, via, bytes: bytes.slice() });
    if (this.sent.length > KEPT) this.sent.shift();
    this.outputs++;
    this.octets += bytes.length;
  }

  packet(ipv6: Uint8Array): void {
    hold(isIpv6Packet(ipv6), `The host gets no IPv6 packet: ${ipv6.toHex()}`);
    this.outputs++;
    this.octets += ipv6.length;
  }

  event(event: Event): void {
    hold(typeof event === "object" && event !== null, "An event is nothing");
    this.outputs++;
  }

  drop(reason: DropReason): void {
    hold(/^[a-z][a-z0-9_]+$/.test(reason), `${reason} is not a reason`);
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1);
    this.dropped++;
  }

  open(via: Via): number {
    this.#opened.add(via);
    hold(this.#opened.size <= MOST_OPEN, `${this.#opened.size} sockets are open`);
    return 50_000 + this.#opened.size;
  }

  close(via: Via): void {
    this.#opened.delete(via);
  }

  /** Starts to count again. */
  clear(): void {
    this.outputs = this.octets = this.dropped = 0;
  }
}
