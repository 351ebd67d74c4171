/**
 * The life of a port mapping: the default router is asked for it, it is renewed while the client
 * runs, and removed at the end.
 *
 *     useRouter ──► remove a left-over ──► ask: PCP, NAT-PMP, UPnP ──► mapped ──► renew ─┐
 *                                             ▲           │              ▲               │
 *                                             │           └► wait ──┐    └── granted ◄───┤
 *                                             └─────────────────────┴───── lost ◄────────┘
 *
 * @module
 */

import type { Random } from "../protocol/random.ts";
import { addressOf, type Endpoint, portOf } from "../wire/endpoint.ts";
import {
  currentTime,
  type Dialogue,
  DialogueRunner,
  type DialogueSink,
  pause,
  report,
} from "./dialogue.ts";
import { mostTelling, type TriedProtocol } from "./mapper_event.ts";
import type { MapperState } from "./mapper_state.ts";
import { type Granted, MappingRequests } from "./mapping_requests.ts";
import type { MappingFailure, MappingProtocol, PortMapping } from "./port_mapping.ts";
import { isInReach, type RouterPlace } from "./router_place.ts";

/** How long a mapping is asked for, in milliseconds. */
export const LIFETIME = 3_600_000;

/**
 * A mapping is renewed at half of its lifetime, and after this time at the latest: a router that
 * restarts forgets it, and not every router says so. In milliseconds.
 */
const MAX_RENEWAL = 600_000;

/** No renewal comes sooner after the one before, in milliseconds (RFC 6887 §11.2.1). */
const MIN_RENEWAL = 4_000;

/** How long to wait after nothing came of it, in milliseconds. */
export const RETRY = 600_000;

/** Failures to renew that may pass before the mapping ends: the router hasn't refused anything. */
const PASSING: ReadonlySet<MappingFailure> = new Set([
  "no_answer",
  "answer_invalid",
  "router_offline",
]);

/** A mapper's configuration. */
export interface MapperConfig {
  /** What to try, in this order. With none, only what an earlier run left is removed. */
  readonly protocols: readonly MappingProtocol[];
  /** The UDP port of this host that is to be reached. */
  readonly port: number;
  /** Must be cryptographically secure in production: PCP's nonces are drawn from it. */
  readonly random: Random;
  /** How long a mapping is asked for, in milliseconds; {@linkcode LIFETIME} by default. */
  readonly lifetime?: number | undefined;
  /** A mapping that an earlier run may have left, because it was killed. */
  readonly leftOver?: PortMapping | undefined;
}

/** Gets and keeps a port mapping. */
export class Mapper {
  readonly #port: number;
  readonly #runner = new DialogueRunner();
  readonly #requests: MappingRequests;
  #protocols: readonly MappingProtocol[];
  /** The external port to suggest. */
  readonly #externalPort: number;
  #place: RouterPlace | undefined;
  #leftOver: PortMapping | undefined;
  /**
   * What the router granted last, until that ends or is removed: it outlives the dialogue that asked
   * for it, and a router that refuses to renew it.
   */
  #granted: { readonly mapping: PortMapping; readonly until: number } | undefined;
  #isRemoving = false;
  #hasEnded = false;
  #state: MapperState = { name: "idle" };

  constructor(config: MapperConfig) {
    const { protocols, leftOver, random, port, lifetime = LIFETIME } = config;
    this.#protocols = protocols;
    this.#port = port;
    this.#leftOver = leftOver;
    // The same nonce and port mean the same mapping to a PCP server.
    const former = leftOver !== undefined && portOf(leftOver.internal) === port
      ? leftOver
      : undefined;
    this.#requests = new MappingRequests({ port, lifetime, random, nonce: former?.nonce });
    this.#externalPort = former === undefined ? port : portOf(former.external);
  }

  get state(): MapperState {
    return this.#state;
  }

  /**
   * Sets the router to ask; without one, the present mapping is removed. If the router is the same
   * as before, it is asked again soon.
   */
  useRouter(place: RouterPlace | undefined, now: number, sink: DialogueSink): void {
    if (this.#hasEnded) return;
    const { router, local } = this.#place ?? {};
    if (router === place?.router && local === place?.local) return this.refresh();
    if (place === undefined) return this.#startRemoval(now, sink);
    this.#place = place;
    this.#requests.changeRouter();
    this.#restart(place, now, sink);
  }

  /** Asks the router soon whether it still has the mapping, or makes it now. */
  refresh(): void {
    this.#runner.hasten(this.#requests.askedAt + MIN_RENEWAL);
  }

  /** Tries other protocols from now on, and removes the present mapping first. */
  useProtocols(protocols: readonly MappingProtocol[], now: number, sink: DialogueSink): void {
    if (this.#hasEnded || protocols.join() === this.#protocols.join()) return;
    this.#protocols = protocols;
    if (this.#place !== undefined) this.#restart(this.#place, now, sink);
  }

  /** Removes the mapping for good; {@linkcode isBusy} until that is done. */
  end(now: number, sink: DialogueSink): void {
    this.#hasEnded = true;
    this.#startRemoval(now, sink);
  }

  /** Whether something is being done, or will be after a pause. */
  get isBusy(): boolean {
    return this.#runner.isBusy;
  }

  /** A datagram for the socket that the mapper sends from. */
  handleDatagram(bytes: Uint8Array, from: Endpoint, now: number, sink: DialogueSink): void {
    if (addressOf(from) !== this.#requests.asked) return;
    this.#runner.handleDatagram(bytes, from, now, sink);
  }

  /** A datagram for the port on which routers announce that they restarted. */
  handleAnnouncement(bytes: Uint8Array, from: Endpoint, now: number): void {
    if (addressOf(from) !== this.#place?.router) return;
    if (this.#requests.hearAnnouncement(bytes, now)) this.refresh();
  }

  /** See {@linkcode DialogueSink.exchange}; undefined if nothing arrived. */
  handleExchange(
    number: number,
    bytes: Uint8Array | undefined,
    now: number,
    sink: DialogueSink,
  ): void {
    this.#runner.handleExchange(number, bytes, now, sink);
  }

  nextTimer(): number {
    return this.#runner.nextTimer();
  }

  handleTimer(now: number, sink: DialogueSink): void {
    this.#runner.handleTimer(now, sink);
  }

  #restart(place: RouterPlace, now: number, sink: DialogueSink): void {
    this.#isRemoving = false;
    this.#runner.start(this.#live(place), now, sink);
  }

  /** Begins to remove the mapping. A removal that goes on already is left to finish. */
  #startRemoval(now: number, sink: DialogueSink): void {
    this.#place = undefined;
    if (this.#isRemoving) return;
    this.#isRemoving = true;
    this.#runner.start(this.#removeAndRest(), now, sink);
  }

  *#removeAndRest(): Dialogue<void> {
    yield* this.#remove(undefined);
    this.#isRemoving = false;
  }

  *#live(place: RouterPlace): Dialogue<void> {
    yield* this.#remove(place);
    yield* this.#removeLeftOver(place);
    if (this.#protocols.length === 0) return;
    for (let lost: PortMapping | undefined;;) {
      const answer = yield* this.#askByAll(place);
      if ("tried" in answer) {
        yield* this.#wait(answer.tried, lost);
        lost = undefined;
      } else {
        lost = yield* this.#keep(place, answer, lost);
      }
    }
  }

  /** What an earlier run left is renewed if this run wants the same; otherwise it is removed. */
  *#removeLeftOver({ router, local }: RouterPlace): Dialogue<void> {
    const leftOver = this.#leftOver;
    // On another network nobody could tell it from the mapping of another host.
    const isHere = leftOver?.router === router && addressOf(leftOver.internal) === local;
    if (leftOver === undefined || !isHere) return;
    const isWanted = portOf(leftOver.internal) === this.#port &&
      this.#protocols.includes(leftOver.protocol);
    const isRemoved = !isWanted && (yield* this.#requests.unmap(leftOver));
    this.#leftOver = undefined;
    if (isRemoved) yield* report({ type: "port_removed", mapping: leftOver });
  }

  /** Asks by one protocol after another, until one is granted. */
  *#askByAll(place: RouterPlace): Dialogue<Granted | { tried: readonly TriedProtocol[] }> {
    const tried: TriedProtocol[] = [];
    let protocols = this.#protocols;
    while (protocols.length > 0) {
      const protocol = protocols[0]!;
      this.#state = { name: "asking", protocol };
      const outcome = yield* this.#requests.map(protocol, place, this.#wantedPort);
      if (outcome.type === "granted") return outcome;
      const { reason } = outcome;
      tried.push({ protocol, reason });
      protocols = protocols.slice(1);
      // NAT-PMP is on the same port, so it is the least likely to answer then.
      if (protocol === "pcp" && reason === "no_answer") protocols = protocols.toReversed();
    }
    return { tried };
  }

  /** The external port to ask for: the one that the router still has for us, if there is one. */
  get #wantedPort(): number {
    return this.#granted === undefined
      ? this.#externalPort
      : portOf(this.#granted.mapping.external);
  }

  /** Renews a mapping until it is lost, and returns it. */
  *#keep(
    place: RouterPlace,
    granted: Granted,
    lost: PortMapping | undefined,
  ): Dialogue<PortMapping> {
    let { mapping, lifetime } = granted;
    let until = yield* this.#hold(granted);
    yield* report({ type: "port_mapped", mapping, lifetime, previous: lost });
    for (let wait = renewalOf(lifetime);;) {
      yield* pause(wait);
      const outcome = yield* this.#requests.map(mapping.protocol, place, portOf(mapping.external));
      if (outcome.type === "granted") {
        const previous = mapping;
        const isSame = outcome.mapping.external === previous.external;
        ({ mapping, lifetime } = outcome);
        until = yield* this.#hold(outcome);
        wait = renewalOf(lifetime);
        const { hasRestarted } = outcome;
        if (isSame) yield* report({ type: "port_renewed", mapping, lifetime, hasRestarted });
        else yield* report({ type: "port_mapped", mapping, lifetime, previous });
        continue;
      }
      const left = until - (yield* currentTime());
      if (!PASSING.has(outcome.reason) || left <= 0) return mapping;
      wait = renewalOf(left);
    }
  }

  /** Remembers a mapping, and returns the time up to which it is good without being renewed. */
  *#hold({ mapping, lifetime }: Granted): Dialogue<number> {
    const now = yield* currentTime();
    const until = now + lifetime;
    this.#granted = { mapping, until };
    this.#state = { name: "mapped", mapping, until };
    return now + Math.min(lifetime, LIFETIME);
  }

  *#wait(tried: readonly TriedProtocol[], previous: PortMapping | undefined): Dialogue<void> {
    const reason = mostTelling(tried);
    const now = yield* currentTime();
    if (this.#granted !== undefined && this.#granted.until <= now) this.#granted = undefined;
    const until = now + RETRY;
    this.#state = { name: "failed", reason, tried, until };
    yield* report({ type: "port_not_mapped", reason, tried, previous, retryIn: RETRY });
    yield* pause(RETRY);
  }

  /**
   * Removes the mapping that the router has, or may have.
   *
   * @param place where this host is now; undefined if that is unknown
   */
  *#remove(place: RouterPlace | undefined): Dialogue<void> {
    this.#state = { name: "idle" };
    const mapping = this.#granted?.mapping;
    if (mapping !== undefined) {
      const isRemoved = isInReach(mapping, place) && (yield* this.#requests.unmap(mapping));
      this.#granted = undefined;
      yield* report({ type: isRemoved ? "port_removed" : "port_abandoned", mapping });
    }
    const { pending } = this.#requests;
    if (pending !== undefined) {
      const isDone = mapping !== undefined && isSameRequest(mapping, pending);
      if (!isDone && isInReach(pending, place)) yield* this.#requests.unmap(pending);
      this.#requests.pending = undefined;
    }
  }
}

/** Whether removing one mapping also removes the other. */
function isSameRequest(one: PortMapping, other: PortMapping): boolean {
  return one.protocol === other.protocol && portOf(one.external) === portOf(other.external);
}

/** When to renew a mapping that lasts so long, in milliseconds from now. */
function renewalOf(lifetime: number): number {
  return Math.min(Math.max(MIN_RENEWAL, lifetime / 2), MAX_RENEWAL);
}
