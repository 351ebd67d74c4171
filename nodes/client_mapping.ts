/**
 * A client's port on the router: asked for alongside qualification, and compared with what the
 * server sees.
 *
 * @module
 */

import type { NoRouter } from "../io/portmap/default_router.ts";
import { MapperDriver } from "../io/portmap/mapper_driver.ts";
import { aborted } from "../io/run_together.ts";
import { Mapper } from "../portmap/mapper.ts";
import type { RouterPlace } from "../portmap/router_place.ts";
import type { MapperEvent, TriedProtocol } from "../portmap/mapper_event.ts";
import type { MappingFailure, MappingProtocol, PortMapping } from "../portmap/port_mapping.ts";
import { addressOf, type Endpoint, portOf } from "../wire/endpoint.ts";
import { GlobalUnicast } from "../wire/global_unicast.ts";

/** How a router is asked for the client's port. */
export interface PortMappingOptions {
  /** What to try, in this order; with none, only what an earlier run left is removed. */
  readonly protocols: readonly MappingProtocol[];
  /**
   * The mapping of an earlier run that was killed. It is removed, or used again if the service port
   * is the same.
   */
  readonly leftOver?: PortMapping | undefined;
}

/**
 * Why no router is asked.
 *
 * - `off`: nobody wants a mapping
 * - `public_address`: this host's own address is public, so no NAT is in the way
 * - `resting`: the client does not need Teredo at the moment
 * - `bound_elsewhere`: the client is bound to an address that the router does not lead to
 * - `starting`: there is a router, and it is about to be asked
 */
export type NoMapping =
  | NoRouter
  | "off"
  | "public_address"
  | "resting"
  | "bound_elsewhere"
  | "starting";

/**
 * What the server's view of the client says about a mapping.
 *
 * - `unknown`: the client has no Teredo address yet
 * - `in_use`: the server sees the mapping
 * - `other_port`: the server sees another port, so the NAT does not send from the mapping
 * - `other_address`: the server sees another address: there is one more NAT beyond the router
 */
export type MappingView = "unknown" | "in_use" | "other_port" | "other_address";

/** A client's port mapping at one moment. Times are milliseconds from now. */
export type PortMappingStatus =
  | { readonly state: "idle"; readonly reason: NoMapping }
  | { readonly state: "asking"; readonly protocol: MappingProtocol }
  | {
    readonly state: "mapped";
    readonly mapping: PortMapping;
    /** `Infinity` if the mapping stays until it is removed. */
    readonly expiresIn: number;
    readonly view: MappingView;
  }
  | {
    readonly state: "failed";
    readonly reason: MappingFailure;
    readonly tried: readonly TriedProtocol[];
    readonly retryIn: number;
  };

/** What a client's port mapping needs of the client. */
interface ClientMappingParts {
  readonly options: PortMappingOptions;
  /** Where the service port is bound. */
  readonly local: Endpoint;
  /** Finds the default router. */
  readonly findRouter: () => RouterPlace | NoRouter;
  readonly onEvent: (event: MapperEvent) => void;
  readonly onFault: (error: unknown) => void;
}

/** Addresses that need no NAT, whatever the network that the client belongs to. */
const PUBLIC = new GlobalUnicast("hardened");

/** Keeps a client's port mapped. */
export class ClientMapping {
  readonly #parts: ClientMappingParts;
  readonly #mapper: Mapper;
  readonly #driver: MapperDriver;
  /** Settles when there is something to do. */
  readonly #isWanted = Promise.withResolvers<void>();
  #protocols: readonly MappingProtocol[];
  #reason: NoMapping = "starting";
  #isResting = false;
  /** The client's mapping as the server sees it. */
  #seen: Endpoint | undefined;

  constructor(parts: ClientMappingParts) {
    const { options, local, onEvent, onFault } = parts;
    this.#parts = parts;
    this.#protocols = options.protocols;
    if (options.protocols.length > 0 || options.leftOver !== undefined) this.#isWanted.resolve();
    this.#mapper = new Mapper({
      ...options,
      port: portOf(local),
      random: (bytes) => crypto.getRandomValues(bytes),
    });
    this.#driver = new MapperDriver(this.#mapper, { onEvent, onFault });
  }

  /** Runs until `signal` aborts, and removes the mapping then. It never fails. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await Promise.race([this.#isWanted.promise, aborted(signal)]);
      await this.#driver.run(() => this.useProtocols(this.#protocols), signal);
    } catch (error) {
      this.#parts.onFault(error);
      await aborted(signal);
    }
  }

  /** Tries other protocols from now on; with none, the mapping is removed. */
  useProtocols(protocols: readonly MappingProtocol[]): void {
    this.#protocols = protocols;
    this.#driver.act((mapper, now, sink) => mapper.useProtocols(protocols, now, sink));
    this.lookForRouter();
    if (protocols.length > 0) this.#isWanted.resolve();
  }

  /** The network may be another one now, or the router have restarted. */
  lookForRouter(): void {
    const place = this.#isResting ? "resting" : this.#findRouter();
    this.#reason = typeof place === "string" ? place : "starting";
    this.#driver.act((mapper, now, sink) => {
      mapper.useRouter(typeof place === "string" ? undefined : place, now, sink);
    });
  }

  /** Whether the client rests, and needs no mapping. */
  rest(isResting: boolean): void {
    if (this.#isResting === isResting) return;
    this.#isResting = isResting;
    this.lookForRouter();
  }

  /** The client's mapping as its server sees it; undefined while the client has no address. */
  observe(seen: Endpoint | undefined): void {
    const before = this.#seen;
    this.#seen = seen;
    // The NAT may have forgotten all it knew.
    if (before !== undefined && seen !== before) {
      this.#driver.act((mapper) => mapper.refresh());
    }
  }

  status(): PortMappingStatus {
    const { now } = this.#driver;
    const { state } = this.#mapper;
    switch (state.name) {
      case "idle":
        return { state: "idle", reason: this.#protocols.length === 0 ? "off" : this.#reason };
      case "asking":
        return { state: "asking", protocol: state.protocol };
      case "mapped": {
        const { mapping, until } = state;
        const view = viewOf(mapping.external, this.#seen);
        return { state: "mapped", mapping, expiresIn: until - now, view };
      }
      case "failed": {
        const { reason, tried, until } = state;
        return { state: "failed", reason, tried, retryIn: until - now };
      }
    }
  }

  #findRouter(): RouterPlace | NoMapping {
    const place = this.#parts.findRouter();
    if (typeof place === "string") return place;
    if (PUBLIC.has(place.local)) return "public_address";
    // A mapping leads to the host's address towards the router, where this socket does not listen.
    const bound = addressOf(this.#parts.local);
    return bound === 0 || bound === place.local ? place : "bound_elsewhere";
  }
}

function viewOf(external: Endpoint, seen: Endpoint | undefined): MappingView {
  if (seen === undefined) return "unknown";
  if (seen === external) return "in_use";
  return addressOf(seen) === addressOf(external) ? "other_port" : "other_address";
}
