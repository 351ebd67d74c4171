/**
 * The driver: connects a machine with its sockets, the host and a clock.
 *
 *      sockets --- admit? ------------------------> host
 *         \------- handleDatagram --> sink ------>  sockets, host
 *
 *      host ------ route? ------------------------> sockets
 *         \------- handlePacket ----> sink ------>  sockets, host
 *
 *      clock ----- handleTimer -----> sink ------>  sockets, host
 *
 * Nothing on this path throws. Packets that cannot be sent or delivered are counted.
 *
 * @module
 */

import type { FastPath, Machine, Sink } from "../protocol/machine.ts";
import { type Endpoint, portOf } from "../wire/endpoint.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Counters } from "./counters.ts";
import type { HostLink } from "./host/host_link.ts";
import { runTogether, type Task } from "./run_together.ts";
import type { DatagramReceiver, UdpSocket } from "../ffi/udp_socket.ts";
import { OpenSockets } from "./open_sockets.ts";

/** What a driver connects, and who hears of it. */
export interface DriverOptions<Via extends string, Event, Status> {
  readonly machine: Machine<Via, Event, Status>;
  /** The open sockets. What the machine sends from any other is counted as a drop. */
  readonly sockets: Readonly<Partial<Record<Via, UdpSocket>>>;
  /** Opens a socket that the machine asks for while it runs; without it, it gets none. */
  readonly openSocket?: ((via: Via) => UdpSocket) | undefined;
  /** The way to the host, if there is one. */
  readonly host?: HostLink | undefined;
  /** The machine's fast path for most packets, and the socket that they use. */
  readonly bulk?: { readonly fastPath: FastPath; readonly via: Via } | undefined;
  /** Called with each event of the machine, at the end of the pass that it belongs to. */
  readonly onEvent: (event: Event) => void;
  /** Called with a bug of this program that a packet or timer brought to light. */
  readonly onFault: (error: unknown) => void;
  readonly counters?: Counters | undefined;
  readonly clock?: Clock | undefined;
}

/** Pumps one machine. */
export class Driver<Via extends string, Event, Status> {
  readonly counters: Counters;
  readonly #machine: Machine<Via, Event, Status>;
  readonly #sockets: OpenSockets<Via>;
  readonly #host: HostLink | undefined;
  readonly #fastPath: FastPath | undefined;
  readonly #bulkVia: Via | undefined;
  readonly #bulkSocket: UdpSocket | undefined;
  readonly #clock: Clock;
  readonly #sink: Sink<Via, Event>;
  readonly #onEvent: (event: Event) => void;
  readonly #onFault: (error: unknown) => void;
  /** Events of the pass under way. */
  readonly #events: Event[] = [];
  /** The time of the pass under way; undefined between passes. */
  #passNow: number | undefined;
  /** When the current timer fires; `Infinity` without one. */
  #armed = Infinity;
  #disarm: () => void = () => {};
  #isRunning = false;

  constructor(options: DriverOptions<Via, Event, Status>) {
    this.#machine = options.machine;
    this.#sockets = new OpenSockets({
      sockets: options.sockets,
      open: options.openSocket,
      receiver: (via) => this.#receiver(via),
      onFailure: () => this.counters.drop("socket_absent"),
    });
    this.#host = options.host;
    this.#fastPath = options.bulk?.fastPath;
    this.#bulkVia = options.bulk?.via;
    this.#bulkSocket = options.bulk && options.sockets[options.bulk.via];
    this.#clock = options.clock ?? systemClock;
    this.#onEvent = options.onEvent;
    this.#onFault = options.onFault;
    this.counters = options.counters ?? new Counters();
    this.#sink = {
      datagram: (to, via, bytes) => this.#send(this.#sockets.get(via), to, bytes),
      packet: (ipv6) => this.#deliver(ipv6),
      event: (event) => this.#events.push(event),
      drop: (reason) => this.counters.drop(reason),
      open: (via) => {
        const socket = this.#sockets.open(via);
        return socket === undefined ? 0 : portOf(socket.local);
      },
      close: (via) => this.#sockets.close(via),
    };
  }

  /**
   * Pumps until `signal` aborts. The sockets are closed then.
   *
   * @throws what ended a socket or the host's side, such as an interface that was deleted
   */
  async run(signal: AbortSignal): Promise<void> {
    const tasks: Task[] = [(signal) => this.#sockets.run(signal)];
    if (this.#host !== undefined) tasks.push(this.#reading(this.#host));
    this.#isRunning = true;
    this.#arm();
    try {
      await runTogether(signal, ...tasks);
    } finally {
      this.#isRunning = false;
      this.#disarm();
      this.#armed = Infinity;
    }
  }

  /** Lets the caller use the machine between packets. Not to be called from an event. */
  act(action: (now: number, sink: Sink<Via, Event>) => void): void {
    this.#guard(() => action(this.#clock.now(), this.#sink));
    this.#endPass();
  }

  /** Takes a whole IPv6 packet as if the host had sent it, lent for the duration of the call. */
  send(ipv6: Uint8Array): void {
    this.#handlePacket(ipv6);
    this.#endPass();
  }

  /**
   * The machine's state, a snapshot.
   *
   * @param listed how many peers it lists at most
   */
  status(listed?: number): Status {
    return this.#machine.status(this.#clock.now(), listed);
  }

  #receiver(via: Via): DatagramReceiver {
    const datagram = via === this.#bulkVia
      ? (bytes: Uint8Array, from: Endpoint) => this.#handleBulkDatagram(bytes, from, via)
      : (bytes: Uint8Array, from: Endpoint) => this.#handleDatagram(bytes, from, via);
    return { datagram, end: () => this.#endPass() };
  }

  #reading(host: HostLink): Task {
    const packet = (ipv6: Uint8Array) => this.#handlePacket(ipv6);
    const packets = (run: Uint8Array, length: number) => this.#handlePackets(run, length);
    const end = () => this.#endPass();
    return (signal) => host.run({ packet, packets, end }, signal);
  }

  #handleBulkDatagram(bytes: Uint8Array, from: Endpoint, via: Via): void {
    try {
      if (this.#fastPath!.admit(bytes, from, this.#now())) {
        this.#countReceived(bytes);
        this.#deliver(bytes);
        return;
      }
    } catch (error) {
      this.#fault(error);
      return;
    }
    this.#handleDatagram(bytes, from, via);
  }

  #handleDatagram(bytes: Uint8Array, from: Endpoint, via: Via): void {
    this.#countReceived(bytes);
    try {
      this.#machine.handleDatagram(bytes, from, via, this.#now(), this.#sink);
    } catch (error) {
      this.#fault(error);
    }
  }

  #handlePacket(ipv6: Uint8Array): void {
    const now = this.#now();
    this.counters.packetsFromHost++;
    try {
      const to = this.#fastPath?.route(ipv6, now);
      if (to === undefined) this.#machine.handlePacket(ipv6, now, this.#sink);
      else this.#send(this.#bulkSocket, to, ipv6);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** The decision for the first packet of a run holds for all of them: they belong to one flow. */
  #handlePackets(run: Uint8Array, length: number): void {
    if (this.#sendRun(run, length)) return;
    for (let at = 0; at < run.length; at += length) {
      this.#handlePacket(run.subarray(at, Math.min(at + length, run.length)));
    }
  }

  /** True if the run needs nothing more: it was sent, or brought a bug to light. */
  #sendRun(run: Uint8Array, length: number): boolean {
    const socket = this.#bulkSocket;
    if (socket?.sendRun === undefined) return false;
    try {
      const to = this.#fastPath!.route(run.subarray(0, length), this.#now(), run.length);
      if (to === undefined) return false;
      const count = Math.ceil(run.length / length);
      this.counters.packetsFromHost += count;
      this.counters.datagramsSent += count;
      this.counters.octetsSent += run.length;
      socket.sendRun(to, run, length);
    } catch (error) {
      this.#fault(error);
    }
    return true;
  }

  #handleTimer(): void {
    this.#armed = Infinity;
    const now = this.#clock.now();
    // The deadline may have moved since the timer was set.
    if (this.#machine.nextTimer() <= now) {
      this.#guard(() => this.#machine.handleTimer(now, this.#sink));
    }
    this.#endPass();
  }

  #send(socket: UdpSocket | undefined, to: Endpoint, bytes: Uint8Array): void {
    if (socket === undefined) return this.counters.drop("socket_absent");
    this.counters.datagramsSent++;
    this.counters.octetsSent += bytes.length;
    socket.send(to, bytes);
  }

  #deliver(ipv6: Uint8Array): void {
    if (this.#host === undefined) return this.counters.drop("host_absent");
    if (this.#host.write(ipv6)) this.counters.packetsToHost++;
    else this.counters.drop("host_refused");
  }

  #countReceived(bytes: Uint8Array): void {
    this.counters.datagramsReceived++;
    this.counters.octetsReceived += bytes.length;
  }

  /**
   * The time, read once in a pass. A pass is shorter than a millisecond, the smallest unit of time
   * here, and reading the clock takes a tenth as long as a server needs for a datagram.
   */
  #now(): number {
    return this.#passNow ??= this.#clock.now();
  }

  #endPass(): void {
    this.#passNow = undefined;
    this.#host?.flush();
    this.#sockets.flush();
    this.#arm();
    if (this.#events.length > 0) this.#report();
  }

  /**
   * Reports the events of a pass when its packets are out: nobody waits for a packet until it has
   * been put into words that another one came. A listener may use the machine, so more may follow.
   */
  #report(): void {
    for (const event of this.#events.splice(0)) this.#guard(() => this.#onEvent(event));
  }

  /**
   * Sets the timer if the machine's deadline comes before the current one. A later deadline needs
   * nothing: the timer finds out when it fires, which is cheaper than setting it again with every
   * packet.
   */
  #arm(): void {
    const due = this.#machine.nextTimer();
    if (due >= this.#armed || !this.#isRunning) return;
    this.#disarm();
    this.#armed = due;
    this.#disarm = this.#clock.after(due - this.#clock.now(), () => this.#handleTimer());
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fault(error);
    }
  }

  /** A packet that triggers a bug in this program must not end the service for everybody. */
  #fault(error: unknown): void {
    this.counters.drop("internal_error");
    this.#onFault(error);
  }
}
