/**
 * A mapper and a router on a virtual clock.
 *
 * @module
 */

import type { DialogueSink } from "../../portmap/dialogue.ts";
import { Mapper, type MapperConfig } from "../../portmap/mapper.ts";
import type { RouterPlace } from "../../portmap/router_place.ts";
import type { MapperEvent } from "../../portmap/mapper_event.ts";
import { MAPPING_PROTOCOLS } from "../../portmap/port_mapping.ts";
import { addressOf, type Endpoint } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { VirtualClock } from "../sim/virtual_clock.ts";
import { FakeRouter, type RouterOptions } from "./fake_router.ts";

/** The client's address and port behind the router. */
export const LOCAL = parseIpv4("192.168.1.10")!;
export const PORT = 40_000;

/** How long a datagram to the router takes, in milliseconds. */
const DELAY = 1;

/** A client's mapper and its router. */
export class MapperWorld {
  readonly clock = new VirtualClock();
  readonly router: FakeRouter;
  readonly mapper: Mapper;
  readonly events: MapperEvent[] = [];
  /** What the mapper sent by UDP. */
  readonly sent: { readonly to: Endpoint; readonly bytes: Uint8Array }[] = [];
  /** The router answers nothing while this is so. */
  isCut = false;
  readonly #sink: DialogueSink;

  constructor(router: RouterOptions = {}, config: Partial<MapperConfig> = {}) {
    this.router = new FakeRouter(router, () => this.clock.now / 1000);
    this.mapper = new Mapper({
      protocols: MAPPING_PROTOCOLS,
      port: PORT,
      random: seededRandom("mapper"),
      ...config,
    });
    this.#sink = {
      datagram: (to, bytes) => this.#send(to, bytes.slice()),
      exchange: (number, to, request) => this.#exchange(number, to, request),
      event: (event) => this.events.push(event),
    };
  }

  /** The types of the events so far. */
  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** Tells the mapper its router. */
  start(): void {
    this.useRouter({ router: this.router.address, local: LOCAL });
  }

  /** Tells the mapper where it is. */
  useRouter(place: RouterPlace | undefined): void {
    this.act((now, sink) => this.mapper.useRouter(place, now, sink));
  }

  /** Lets time pass. */
  run(duration: number): void {
    this.clock.run(duration);
  }

  /** Does something with the mapper at this moment. */
  act(action: (now: number, sink: DialogueSink) => void): void {
    action(this.clock.now, this.#sink);
    this.#schedule();
  }

  #schedule(): void {
    const due = this.mapper.nextTimer();
    if (due === Infinity) return;
    this.clock.at(due, () => {
      if (this.mapper.nextTimer() > this.clock.now) return;
      this.act((now, sink) => this.mapper.handleTimer(now, sink));
    });
  }

  #send(to: Endpoint, bytes: Uint8Array): void {
    this.sent.push({ to, bytes });
    if (this.isCut) return;
    const answer = this.router.answer(bytes, to, LOCAL);
    if (answer === undefined) return;
    this.clock.after(DELAY, () => {
      this.act((now, sink) => this.mapper.handleDatagram(answer.bytes, answer.from, now, sink));
    });
  }

  #exchange(number: number, to: Endpoint, request: Uint8Array): void {
    const isThere = !this.isCut && addressOf(to) === this.router.address;
    const text = isThere
      ? this.router.respond(new TextDecoder().decode(request), LOCAL)
      : undefined;
    const bytes = text === undefined ? undefined : new TextEncoder().encode(text);
    this.clock.after(DELAY, () => {
      this.act((now, sink) => this.mapper.handleExchange(number, bytes, now, sink));
    });
  }
}
