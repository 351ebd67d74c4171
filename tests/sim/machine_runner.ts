/**
 * What pumps a machine on the virtual clock, as the driver does in production.
 *
 * @module
 */

import type { DropReason } from "../../protocol/drop_reason.ts";
import type { FastPath, Machine, Sink } from "../../protocol/machine.ts";
import { type Endpoint, portOf } from "../../wire/endpoint.ts";
import type { Host } from "./host.ts";
import type { Timer, VirtualClock } from "./virtual_clock.ts";

/** A machine that must be woken so often at one time is in a loop. */
const MAX_WAKES_AT_ONCE = 100;

/** What surrounds a machine. */
interface RunnerOptions<Via extends string, Event> {
  readonly host: Host;
  /**
   * Where each of the role's sockets is bound; what the machine sends from one that is missing is
   * lost.
   */
  readonly sockets: Readonly<Partial<Record<Via, Endpoint>>>;
  /** Where a socket is bound that the machine opens while it runs; unless given, nowhere. */
  readonly openSocket?: (via: Via) => Endpoint;
  /** Takes the IPv6 packets that the machine hands to its host; valid during the call only. */
  readonly onPacket: (ipv6: Uint8Array) => void;
  readonly onEvent?: (event: Event) => void;
  /** The socket that the bulk of the packets uses; `service` unless given. */
  readonly bulkVia?: Via;
  /** Whether to ask the machine's fast path first, as the driver does; unless given, yes. */
  readonly usesFastPath?: boolean;
}

/** Sees everything that passes between a machine and what surrounds it. */
export interface RunnerWatcher {
  /** The host wants a packet sent. */
  handed(ipv6: Uint8Array): void;
  /** The host gets a packet. */
  delivered(ipv6: Uint8Array): void;
  sent(payload: Uint8Array, to: Endpoint, via: string): void;
  received(payload: Uint8Array, from: Endpoint): void;
  /** The machine's timer went off. */
  woke(): void;
  /** The machine's clock leapt ahead, or went on while the host was suspended. */
  leapt(): void;
  /** A machine starts that knows nothing. */
  started(): void;
  /** The machine reported an event. */
  reported(event: unknown): void;
}

/** An event, and when it came. */
interface LoggedEvent<Event> {
  /** In milliseconds of the virtual clock. */
  readonly at: number;
  readonly event: Event;
}

/** Connects a machine to the sockets of a host, to a TUN and to the clock. */
export class MachineRunner<Via extends string, Event, Status> {
  readonly events: LoggedEvent<Event>[] = [];
  readonly drops = new Map<DropReason, number>();
  watcher: RunnerWatcher | undefined;
  readonly #clock: VirtualClock;
  readonly #options: RunnerOptions<Via, Event>;
  readonly #sink: Sink<Via, Event>;
  /** Where the sockets are bound that the machine has opened. */
  readonly #opened = new Map<Via, Endpoint>();
  #machine: Machine<Via, Event, Status> | undefined;
  #timer: Timer | undefined;
  /** By how many milliseconds the machine's clock is ahead of the virtual one. */
  #ahead = 0;
  #isAsleep = false;
  #wokenAt = -1;
  #wakes = 0;

  constructor(clock: VirtualClock, options: RunnerOptions<Via, Event>) {
    this.#clock = clock;
    this.#options = options;
    const { onEvent } = options;
    this.#sink = {
      datagram: (to, via, bytes) => this.#send(via, to, bytes),
      packet: (ipv6) => this.#deliver(ipv6),
      event: (event) => {
        this.events.push({ at: clock.now, event });
        this.watcher?.reported(event);
        onEvent?.(event);
      },
      drop: (reason) => this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1),
      open: (via) => this.#open(via),
      close: (via) => this.#close(via),
    };
  }

  /** Opens the sockets and sets the machine going. */
  start(machine: Machine<Via, Event, Status>): void {
    this.stop();
    this.watcher?.started();
    this.#machine = machine;
    for (const [via, at] of Object.entries<Endpoint>(this.#bound)) {
      this.#options.host.bind(
        at,
        (payload, from) => this.#receive(machine, payload, from, via as Via),
      );
    }
    this.#schedule();
  }

  /** Closes the sockets; what the machine knew is gone. */
  stop(): void {
    this.#timer?.cancel();
    this.#machine = undefined;
    for (const at of Object.values<Endpoint>(this.#bound)) this.#options.host.unbind(at);
    for (const via of [...this.#opened.keys()]) this.#close(via);
  }

  /** The machine's clock leaps ahead, as when a host wakes up whose clock went on meanwhile. */
  leap(milliseconds: number): void {
    this.#ahead += milliseconds;
    this.watcher?.leapt();
    this.#schedule();
  }

  /** The host is suspended: the machine's timer does not go off. */
  sleep(): void {
    this.#isAsleep = true;
    this.#timer?.cancel();
  }

  /** The host wakes up after `milliseconds`, for which its clock stood still. */
  wakeUp(milliseconds: number): void {
    this.#isAsleep = false;
    this.leap(-milliseconds);
  }

  /** How many sockets the machine has opened, and not closed again. */
  get openedSockets(): number {
    return this.#opened.size;
  }

  /** The machine's state. */
  status(): Status | undefined {
    return this.#machine?.status(this.now);
  }

  /** The host wants a packet sent. */
  handlePacket(ipv6: Uint8Array): void {
    const machine = this.#machine;
    if (machine === undefined || !this.#options.host.hasPower) return;
    this.watcher?.handed(ipv6);
    const lent = ipv6.slice();
    const now = this.now;
    const to = this.#fastPathOf(machine)?.route(lent, now);
    if (to === undefined) machine.handlePacket(lent, now, this.#sink);
    else this.#send(this.#bulkVia, to, lent);
    this.#takeBack(lent);
  }

  /** Tells the machine something else, as a node does. */
  act(action: (now: number, sink: Sink<Via, Event>) => void): void {
    if (this.#machine === undefined) return;
    action(this.now, this.#sink);
    this.#schedule();
  }

  #open(via: Via): number {
    const machine = this.#machine;
    const at = this.#options.openSocket?.(via);
    if (machine === undefined || at === undefined) return 0;
    if (this.#opened.has(via)) throw new Error(`The socket ${via} is open already`);
    this.#opened.set(via, at);
    this.#options.host.bind(at, (payload, from) => this.#receive(machine, payload, from, via));
    return portOf(at);
  }

  #close(via: Via): void {
    const at = this.#opened.get(via);
    this.#opened.delete(via);
    if (at !== undefined) this.#options.host.unbind(at);
  }

  #receive(
    machine: Machine<Via, Event, Status>,
    payload: Uint8Array,
    from: Endpoint,
    via: Via,
  ): void {
    this.watcher?.received(payload, from);
    const now = this.now;
    if (via === this.#bulkVia && this.#fastPathOf(machine)?.admit(payload, from, now)) {
      this.#deliver(payload);
    } else {
      machine.handleDatagram(payload, from, via, now, this.#sink);
    }
    this.#takeBack(payload);
  }

  get #bound(): Readonly<Record<string, Endpoint>> {
    const sockets = Object.entries<Endpoint | undefined>(this.#options.sockets);
    return Object.fromEntries(sockets.flatMap(([via, at]) => at === undefined ? [] : [[via, at]]));
  }

  #send(via: Via, to: Endpoint, bytes: Uint8Array): void {
    const from = this.#options.sockets[via] ?? this.#opened.get(via);
    if (from === undefined) return;
    this.watcher?.sent(bytes, to, via);
    this.#options.host.send(from, to, bytes);
  }

  #deliver(ipv6: Uint8Array): void {
    this.watcher?.delivered(ipv6);
    this.#options.onPacket(ipv6);
  }

  /** The time of the machine's clock. */
  get now(): number {
    return this.#clock.now + this.#ahead;
  }

  get #bulkVia(): Via {
    return this.#options.bulkVia ?? "service" as Via;
  }

  #fastPathOf(machine: object): FastPath | undefined {
    const { usesFastPath = true } = this.#options;
    return usesFastPath && hasFastPath(machine) ? machine : undefined;
  }

  /** Arrays are lent for a call: a sink that kept one instead of a copy finds it overwritten. */
  #takeBack(lent: Uint8Array): void {
    lent.fill(0xdb);
    this.#schedule();
  }

  #schedule(): void {
    this.#timer?.cancel();
    const due = this.#machine?.nextTimer() ?? Infinity;
    if (due === Infinity || this.#isAsleep) return;
    this.#timer = this.#clock.at(due - this.#ahead, () => this.#wake(due));
  }

  #wake(due: number): void {
    this.watcher?.woke();
    // The difference of the two clocks may have rounded it.
    const now = Math.max(due, this.now);
    this.#wakes = now === this.#wokenAt ? this.#wakes + 1 : 1;
    this.#wokenAt = now;
    if (this.#wakes > MAX_WAKES_AT_ONCE) {
      throw new Error(`The machine of ${this.#options.host.name} wants its timer over and over`);
    }
    this.#machine?.handleTimer(now, this.#sink);
    this.#schedule();
  }
}

/** Whether a machine has a fast path. */
function hasFastPath(machine: object): machine is FastPath {
  return "route" in machine && "admit" in machine;
}
