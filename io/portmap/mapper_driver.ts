/**
 * Gives a mapper its sockets and its clock.
 *
 * @module
 */

import type { DialogueSink } from "../../portmap/dialogue.ts";
import type { Mapper } from "../../portmap/mapper.ts";
import type { MapperEvent } from "../../portmap/mapper_event.ts";
import { ANNOUNCEMENT_PORT } from "../../portmap/pcp.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { type Clock, systemClock } from "../clock.ts";
import { Counters } from "../counters.ts";
import { aborted, runTogether } from "../run_together.ts";
import { fromListener, openDenoUdp } from "../udp/deno_udp.ts";
import type { UdpSocket } from "../../ffi/udp_socket.ts";
import { exchangeHttp } from "./http_exchange.ts";

/** How long the end waits for the router to remove the mapping, in milliseconds. */
const END_TIMEOUT = 1_000;

const ANY = ipv4Address(0);

/** How to drive a mapper. */
interface MapperDriverOptions {
  readonly onEvent: (event: MapperEvent) => void;
  /** Takes errors that must not end the client. */
  readonly onFault: (error: unknown) => void;
  readonly clock?: Clock | undefined;
}

/** Drives a mapper while it runs. */
export class MapperDriver {
  readonly #mapper: Mapper;
  readonly #options: MapperDriverOptions;
  readonly #clock: Clock;
  /** What is sent and lost here has nothing to do with Teredo. */
  readonly #counters = new Counters();
  readonly #ended = Promise.withResolvers<void>();
  readonly #sink: DialogueSink;
  readonly #closing = new AbortController();
  /** The exchanges by HTTP that go on. */
  readonly #exchanges = new Set<Promise<void>>();
  #isEnding = false;
  #socket: UdpSocket | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(mapper: Mapper, options: MapperDriverOptions) {
    this.#mapper = mapper;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#sink = {
      datagram: (to, bytes) => this.#socket?.send(to, bytes),
      exchange: (number, to, request, timeout) => this.#exchange(number, to, request, timeout),
      event: (event) => this.#options.onEvent(event),
    };
  }

  /** The present, of the clock by which the mapper's state is dated. */
  get now(): number {
    return this.#clock.now();
  }

  /** Does something with the mapper while it runs. */
  act(action: (mapper: Mapper, now: number, sink: DialogueSink) => void): void {
    if (this.#socket === undefined) return;
    this.#cancelTimer?.();
    try {
      action(this.#mapper, this.#clock.now(), this.#sink);
    } catch (error) {
      this.#options.onFault(error);
    }
    if (this.#isEnding && !this.#mapper.isBusy) this.#ended.resolve();
    const due = this.#mapper.nextTimer();
    this.#cancelTimer = due === Infinity
      ? undefined
      : this.#clock.after(due - this.#clock.now(), () => {
        this.act((mapper, now, sink) => mapper.handleTimer(now, sink));
      });
  }

  /**
   * Runs until `signal` aborts, and then removes the mapping.
   *
   * @param begin called when the sockets are open
   */
  async run(begin: () => void, signal: AbortSignal): Promise<void> {
    using sockets = new DisposableStack();
    const adopt = (socket: UdpSocket) => sockets.adopt(socket, (socket) => socket.close());
    this.#socket = adopt(openDenoUdp({ address: ANY, port: 0, counters: this.#counters }));
    const announcements = openAnnouncements(this.#counters);
    if (announcements !== undefined) adopt(announcements);
    begin();
    const receiving = runTogether(
      this.#closing.signal,
      (ending) => this.#receive(this.#socket!, "handleDatagram", ending),
      (ending) =>
        announcements === undefined
          ? aborted(ending)
          : this.#receive(announcements, "handleAnnouncement", ending),
    );
    await aborted(signal);
    await this.#end();
    this.#closing.abort();
    await Promise.all([receiving, ...this.#exchanges]);
  }

  /** Removes the mapping, and waits a moment for the router's answer. */
  async #end(): Promise<void> {
    this.#isEnding = true;
    this.act((mapper, now, sink) => mapper.end(now, sink));
    const cancel = this.#clock.after(END_TIMEOUT, this.#ended.resolve);
    await this.#ended.promise;
    cancel();
    this.#cancelTimer?.();
    this.#socket = undefined;
  }

  #receive(
    socket: UdpSocket,
    handler: "handleDatagram" | "handleAnnouncement",
    signal: AbortSignal,
  ): Promise<void> {
    const datagram = (bytes: Uint8Array, from: Endpoint) =>
      this.act((mapper, now, sink) => mapper[handler](bytes, from, now, sink));
    return socket.run({ datagram, end() {} }, signal);
  }

  #exchange(number: number, to: Endpoint, request: Uint8Array, timeout: number): void {
    const exchange = exchangeHttp(to, request, timeout, this.#closing.signal)
      .then((bytes) =>
        this.act((mapper, now, sink) => mapper.handleExchange(number, bytes, now, sink))
      )
      .catch(this.#options.onFault)
      .finally(() => this.#exchanges.delete(exchange));
    this.#exchanges.add(exchange);
  }
}

/**
 * Where routers announce that they restarted. Every host belongs to the group 224.0.0.1. If another
 * program has the port for itself, a restart shows with the next renewal.
 */
function openAnnouncements(counters: Counters): UdpSocket | undefined {
  try {
    const options = { hostname: "0.0.0.0", port: ANNOUNCEMENT_PORT, reuseAddress: true };
    const listener = Deno.listenDatagram({ transport: "udp", ...options });
    return fromListener(listener, endpoint(ANY, ANNOUNCEMENT_PORT), counters);
  } catch {
    return undefined;
  }
}
