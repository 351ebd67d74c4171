/**
 * Whether a NAT hairpins: two sockets of one host send to each other's mappings.
 *
 *     first ----> second's mapping     opens the first one's filter, and gets through some NATs
 *     first <---- second's mapping     gets through every NAT that hairpins (RFC 4787 §6)
 *
 * @module
 */

import type { Random } from "../../protocol/random.ts";
import type { Sink } from "../../protocol/machine.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { equalArrays } from "../../memory/octets.ts";
import { drawFlags } from "../../protocol/flags.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";

/** How often both send before the test gives up. */
const ROUNDS = 3;

/** A socket, and its mapping as the server sees it. */
interface MappedSocket<Via extends string> {
  readonly via: Via;
  readonly mapping: Endpoint;
}

/** One test between two sockets. */
export class HairpinTest<Via extends string> {
  readonly #sockets: readonly [MappedSocket<Via>, MappedSocket<Via>];
  /** What each of them sends: a bubble that its random flags make impossible to guess. */
  readonly #bubbles: readonly [Uint8Array, Uint8Array];
  readonly #wait: number;
  #rounds = 0;
  #deadline = -Infinity;
  #result: boolean | undefined;

  /** @param wait the time for a round, in milliseconds */
  constructor(
    first: MappedSocket<Via>,
    second: MappedSocket<Via>,
    server: Ipv4Address,
    random: Random,
    wait: number,
  ) {
    const [one, other] = [first, second].map(({ mapping }) =>
      encodeTeredoAddress({ server, flags: drawFlags(random), mapping })
    ) as [Uint8Array, Uint8Array];
    this.#sockets = [first, second];
    this.#bubbles = [encodeBubble(one, other), encodeBubble(other, one)];
    this.#wait = wait;
  }

  /** Whether the NAT hairpins, once that is known. */
  get result(): boolean | undefined {
    return this.#result;
  }

  /** When {@linkcode handleTimer} is due; at once at the start. */
  get deadline(): number {
    return this.#deadline;
  }

  handleTimer(now: number, sink: Sink<Via, never>): void {
    if (now < this.#deadline) return;
    if (this.#rounds >= ROUNDS) return this.#conclude(false);
    this.#rounds++;
    this.#deadline = now + this.#wait;
    const [first, second] = this.#sockets;
    sink.datagram(second.mapping, first.via, this.#bubbles[0]);
    sink.datagram(first.mapping, second.via, this.#bubbles[1]);
  }

  /** Whether `bytes` belong to this test, which is then over. */
  hear(bytes: Uint8Array): boolean {
    if (!this.#bubbles.some((bubble) => equalArrays(bubble, bytes))) return false;
    this.#conclude(true);
    return true;
  }

  #conclude(result: boolean): void {
    this.#result ??= result;
    this.#deadline = Infinity;
  }
}
