/**
 * Keeping a server's limits: for each source, for each destination, and in total.
 *
 * @module
 */

import type { AddressHash } from "../protocol/address_hash.ts";
import { KeyedLimiter } from "../protocol/keyed_limiter.ts";
import { TokenBucket } from "../protocol/token_bucket.ts";
import { addressOf, type Endpoint } from "../wire/endpoint.ts";
import { DESTINATION } from "../wire/ipv6_header.ts";
import type { ServerSink } from "./server_event.ts";
import type { PacketKind, ServerLimit, ServerLimits } from "./server_limits.ts";

/** The time between two events about the same limit, in milliseconds. */
const REPORT_INTERVAL = 60_000;

/** What was refused because of one limit. */
interface Refusals {
  count: number;
  reportedAt: number;
}

/** The limits of one kind of packet on its sources. */
interface SourceLimits {
  readonly perSource: KeyedLimiter | undefined;
  readonly perAddress: KeyedLimiter | undefined;
  readonly total: TokenBucket | undefined;
}

/**
 * Counts what a server handles and refuses what exceeds the limits.
 *
 * Narrow limits come before wide ones, so that what a narrow one refuses takes nothing from what
 * others share.
 */
export class PacketLimiter {
  readonly #hash: AddressHash;
  readonly #onSources: Readonly<Record<PacketKind, SourceLimits>>;
  readonly #toClient: KeyedLimiter | undefined;
  readonly #toAddress: KeyedLimiter | undefined;
  readonly #toHost: KeyedLimiter | undefined;
  readonly #refusals = new Map<ServerLimit, Refusals>();

  constructor(limits: ServerLimits, hash: AddressHash) {
    this.#hash = hash;
    this.#onSources = {
      solicitations: sourceLimits(limits, "solicitations"),
      bubbles: sourceLimits(limits, "bubbles"),
      echoes: sourceLimits(limits, "echoes"),
    };
    this.#toClient = KeyedLimiter.of(limits.toClient);
    this.#toAddress = KeyedLimiter.of(limits.toAddress);
    this.#toHost = KeyedLimiter.of(limits.toHost);
  }

  /** How many packets each limit has refused. */
  get refused(): ReadonlyMap<ServerLimit, number> {
    return new Map([...this.#refusals].map(([limit, { count }]) => [limit, count]));
  }

  /** Whether one more packet of `source` exceeds a limit. */
  refuses(kind: PacketKind, source: Endpoint, now: number, sink: ServerSink): boolean {
    const limit = this.#reachedBySource(kind, source, now);
    return limit !== undefined && this.#refuse(limit, source, now, sink);
  }

  /** Whether one more packet of `source` to a client, over UDP, exceeds a limit. */
  refusesToClient(
    client: Endpoint,
    kind: PacketKind,
    source: Endpoint,
    now: number,
    sink: ServerSink,
  ): boolean {
    if (this.refuses(kind, source, now, sink)) return true;
    if (this.#toClient?.take(this.#hash.ofEndpoint(client), now) === false) {
      return this.#refuse("toClient", client, now, sink);
    }
    if (this.#toAddress?.take(this.#hash.ofIpv4(addressOf(client)), now) === false) {
      return this.#refuse("toAddress", client, now, sink);
    }
    return false;
  }

  /** Whether one more packet of `source` to the native host that it is for exceeds a limit. */
  refusesToHost(
    ipv6: Uint8Array,
    kind: PacketKind,
    source: Endpoint,
    now: number,
    sink: ServerSink,
  ): boolean {
    if (this.refuses(kind, source, now, sink)) return true;
    if (this.#toHost?.take(this.#hash.of(ipv6, DESTINATION), now) !== false) return false;
    return this.#refuse("toHost", source, now, sink);
  }

  #reachedBySource(kind: PacketKind, source: Endpoint, now: number): ServerLimit | undefined {
    const { perSource, perAddress, total } = this.#onSources[kind];
    if (perSource?.take(this.#hash.ofEndpoint(source), now) === false) return `${kind}PerSource`;
    if (perAddress?.take(this.#hash.ofIpv4(addressOf(source)), now) === false) {
      return `${kind}PerAddress`;
    }
    return total?.take(now) === false ? `${kind}InTotal` : undefined;
  }

  #refuse(limit: ServerLimit, endpoint: Endpoint, now: number, sink: ServerSink): true {
    let refusals = this.#refusals.get(limit);
    if (refusals === undefined) {
      refusals = { count: 0, reportedAt: -Infinity };
      this.#refusals.set(limit, refusals);
    }
    refusals.count++;
    if (now - refusals.reportedAt >= REPORT_INTERVAL) {
      refusals.reportedAt = now;
      sink.event({ type: "limit_reached", limit, endpoint });
    }
    return true;
  }
}

function sourceLimits(limits: ServerLimits, kind: PacketKind): SourceLimits {
  const total = limits[`${kind}InTotal`];
  return {
    perSource: KeyedLimiter.of(limits[`${kind}PerSource`]),
    perAddress: KeyedLimiter.of(limits[`${kind}PerAddress`]),
    total: total && new TokenBucket(total),
  };
}
