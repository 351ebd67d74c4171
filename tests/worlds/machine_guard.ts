/**
 * What must hold for every machine of a world at any time.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import type { RunnerWatcher } from "../sim/machine_runner.ts";
import type { VirtualClock } from "../sim/virtual_clock.ts";
import { type BubbleHabits, BubbleLimits } from "./bubble_limits.ts";
import { keyOf, numbersOf } from "./numbered_packet.ts";

/** Datagrams that a machine may send in one second without having been given a packet for each. */
const SPONTANEOUS = 40;

/** Datagrams that a machine may send in one world: a storm would keep the world from ending. */
const MOST_DATAGRAMS = 50_000;

/** Times that the timer of a machine may go off in one second. */
const MOST_WAKES = 60;

/** How long a packet may wait in a machine: for four attempts, 2 s apart, and one put off. */
const LONGEST_WAIT = 11_000;

/** What a guard needs to know of its machine. */
interface Guarded {
  readonly name: string;
  /** The time of the machine's clock. */
  readonly now: () => number;
  /** The Teredo address of a client. */
  readonly address?: () => Uint8Array | undefined;
  /** How it sends bubbles; undefined for a server, which forwards those of others. */
  readonly bubbles: BubbleHabits | undefined;
  /** Whether its table is too small for its peers, so that it forgets what it sent them. */
  readonly forgetsPeers: boolean;
}

/** Watches one machine. */
export class MachineGuard implements RunnerWatcher {
  /** Datagrams sent, and times that the timer went off, all in all. */
  datagrams = 0;
  wakes = 0;
  readonly #guarded: Guarded;
  readonly #clock: VirtualClock;
  readonly #complain: (words: string) => void;
  readonly #limits: BubbleLimits;
  /** Numbered packets that came from the host and have not left, and when they came. */
  readonly #waiting = new Map<number, number[]>();
  /** Whether packets may be waiting that are not in {@linkcode #waiting}. */
  #isConfused = false;
  /** What happened in the present second. */
  #second = { at: -1, sent: 0, given: 0, wakes: 0 };

  constructor(guarded: Guarded, clock: VirtualClock, complain: (words: string) => void) {
    this.#guarded = guarded;
    this.#clock = clock;
    this.#limits = new BubbleLimits(guarded.bubbles);
    this.#complain = (words) => complain(`${guarded.name}: ${words}`);
  }

  /** The machine has forgotten everything. */
  started(): void {
    this.#limits.reset();
    this.#waiting.clear();
  }

  /** What waits seems to have waited for as long as the clock leapt. */
  leapt(): void {
    this.#waiting.clear();
    this.#isConfused = true;
  }

  /** A client forgets its peers with its address. */
  reported(event: { readonly type: string }): void {
    if (event.type === "qualified" || event.type === "offline") this.started();
  }

  /** Whether the limits on bubbles keep the machine from looking for the peer at `address`. */
  isExhausted(address: Uint8Array): boolean {
    return this.#limits.isExhausted(address, this.#guarded.now());
  }

  handed(ipv6: Uint8Array): void {
    this.#present.given++;
    const numbers = numbersOf(ipv6);
    if (numbers === undefined) return;
    const key = keyOf(numbers);
    this.#waiting.set(key, [...this.#waiting.get(key) ?? [], this.#guarded.now()]);
  }

  delivered(): void {}

  received(payload: Uint8Array): void {
    this.#present.given++;
    const { bubbles, now, address } = this.#guarded;
    if (bubbles !== undefined) this.#limits.received(payload, now(), address?.());
  }

  sent(payload: Uint8Array, to: Endpoint, via: string): void {
    if (++this.datagrams > MOST_DATAGRAMS) {
      throw new Error(`${this.#guarded.name} has sent ${MOST_DATAGRAMS} datagrams, and goes on`);
    }
    const present = this.#present;
    present.sent++;
    if (present.sent === SPONTANEOUS + 2 * present.given) {
      this.#complain(`${present.sent} datagrams in a second, given ${present.given}`);
    }
    if (this.#guarded.bubbles === undefined) return;
    this.#follow(payload);
    // A bubble from a random port belongs to one from the service port (RFC 6081 §5.4.4.3).
    if (via.startsWith("random")) return;
    const wrong = this.#limits.sent(payload, to, this.#guarded.now());
    if (wrong !== undefined && !this.#guarded.forgetsPeers) this.#complain(wrong);
  }

  woke(): void {
    this.wakes++;
    if (++this.#present.wakes === MOST_WAKES) this.#complain(`${MOST_WAKES} timers in a second`);
  }

  /** A numbered packet leaves once for each time that it came, and not too late. */
  #follow(payload: Uint8Array): void {
    if (typeof parseTeredoPacket(payload) === "string") return this.#complain("sent garbage");
    const numbers = numbersOf(payload);
    if (numbers === undefined) return;
    const since = this.#waiting.get(keyOf(numbers))?.shift();
    const which = `packet ${numbers.number} of flow ${numbers.flow}`;
    if (since === undefined && this.#isConfused) return;
    if (since === undefined) return this.#complain(`sent ${which} once more than it came`);
    const waited = this.#guarded.now() - since;
    if (waited > LONGEST_WAIT) this.#complain(`sent ${which} ${waited} ms after it came`);
  }

  get #present() {
    const at = Math.floor(this.#clock.now / 1000);
    if (this.#second.at !== at) this.#second = { at, sent: 0, given: 0, wakes: 0 };
    return this.#second;
  }
}
