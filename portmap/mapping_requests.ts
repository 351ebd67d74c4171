/**
 * One request at a time to a router: for a mapping, by one of the protocols, or to remove one.
 *
 * @module
 */

import { type Random, randomBytes } from "../protocol/random.ts";
import { addressOf, endpoint, portOf } from "../wire/endpoint.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import { currentTime, type Dialogue } from "./dialogue.ts";
import { mapByNatPmp, unmapByNatPmp } from "./map_by_nat_pmp.ts";
import { mapByPcp, unmapByPcp } from "./map_by_pcp.ts";
import { parseNatPmpAddressResponse } from "./nat_pmp.ts";
import { NONCE_LENGTH, parsePcpAnnouncement } from "./pcp.ts";
import {
  failed,
  type MappingOutcome,
  type MappingProtocol,
  type PortMapping,
  type WantedMapping,
} from "./port_mapping.ts";
import { RouterEpoch } from "./router_epoch.ts";
import type { RouterPlace } from "./router_place.ts";
import { UpnpRouter } from "./upnp_router.ts";

/** What a router granted. */
export interface Granted {
  readonly type: "granted";
  readonly mapping: PortMapping;
  /** In milliseconds; `Infinity` if the mapping stays until it is removed. */
  readonly lifetime: number;
  /** Whether the router restarted since it was asked last. */
  readonly hasRestarted: boolean;
}

type Refused = Extract<MappingOutcome, { type: "failed" }>;

/** A way of asking for a mapping, and of removing it. */
interface MappingMethod {
  map(wanted: WantedMapping): Dialogue<MappingOutcome>;
  unmap(wanted: WantedMapping): Dialogue<boolean>;
}

/** What is the same in all requests. */
export interface RequestSettings {
  /** The UDP port of this host that is to be reached. */
  readonly port: number;
  /** How long a mapping is asked for, in milliseconds. */
  readonly lifetime: number;
  readonly random: Random;
  /** The nonce of the mapping that the router may still have; a new one is drawn by default. */
  readonly nonce?: Uint8Array | undefined;
}

/** Asks routers, and remembers what was asked. */
export class MappingRequests {
  readonly #port: number;
  readonly #lifetime: number;
  readonly #methods: Readonly<Record<MappingProtocol, MappingMethod>>;
  readonly #nonce: Uint8Array;
  #epoch = new RouterEpoch();
  /** Whether the router announced that it restarted since it was asked last. */
  #hasRestarted = false;
  #askedAt = -Infinity;
  #asked: Ipv4Address | undefined;
  /**
   * What the router is being asked for, and may have made already. Its external address is 0. The
   * mapper clears it once that has been removed.
   */
  pending: PortMapping | undefined;

  constructor({ port, lifetime, random, nonce }: RequestSettings) {
    this.#port = port;
    this.#lifetime = lifetime;
    this.#methods = {
      "pcp": { map: mapByPcp, unmap: unmapByPcp },
      "nat-pmp": { map: mapByNatPmp, unmap: unmapByNatPmp },
      "upnp": new UpnpRouter(random),
    };
    this.#nonce = nonce ?? randomBytes(random, NONCE_LENGTH);
  }

  /** When a router was last asked for a mapping, in milliseconds of the machine's clock. */
  get askedAt(): number {
    return this.#askedAt;
  }

  /** The router that was asked last: only it may answer. */
  get asked(): Ipv4Address | undefined {
    return this.#asked;
  }

  /** Another router will be asked: nothing is known of its clock. */
  changeRouter(): void {
    this.#epoch = new RouterEpoch();
    this.#hasRestarted = false;
  }

  /** Whether an announcement of the router says that it has restarted. */
  hearAnnouncement(bytes: Uint8Array, now: number): boolean {
    const epoch = parsePcpAnnouncement(bytes) ?? parseNatPmpAddressResponse(bytes)?.epoch;
    if (epoch === undefined || !this.#epoch.hasRestarted(epoch, now)) return false;
    this.#hasRestarted = true;
    return true;
  }

  /** Asks for a mapping of `externalPort` by one protocol. */
  *map(
    protocol: MappingProtocol,
    { router, local }: RouterPlace,
    externalPort: number,
  ): Dialogue<Granted | Refused> {
    const internal = endpoint(local, this.#port);
    const nonce = this.#nonce;
    const wanted = { router, internal, externalPort, lifetime: this.#lifetime, nonce };
    this.#askedAt = yield* currentTime();
    this.#asked = router;
    const unknown = endpoint(ipv4Address(0), externalPort);
    this.pending = { protocol, router, internal, external: unknown, nonce };
    const outcome = yield* this.#methods[protocol].map(wanted);
    this.pending = undefined;
    if (outcome.type === "failed") return outcome;
    const { external, lifetime, epoch } = outcome;
    const isUsable = addressOf(external) !== 0 && portOf(external) !== 0 && lifetime > 0;
    if (!isUsable) return failed("answer_invalid");
    const now = yield* currentTime();
    const wasAnnounced = this.#hasRestarted;
    this.#hasRestarted = false;
    return {
      type: "granted",
      mapping: { protocol, router, internal, external, nonce },
      lifetime,
      hasRestarted: epoch !== undefined && this.#epoch.hasRestarted(epoch, now) || wasAnnounced,
    };
  }

  /** Whether the router says that it removed the mapping. */
  *unmap(mapping: PortMapping): Dialogue<boolean> {
    this.#asked = mapping.router;
    const wanted = { ...mapping, externalPort: portOf(mapping.external), lifetime: 0 };
    return yield* this.#methods[mapping.protocol].unmap(wanted);
  }
}
