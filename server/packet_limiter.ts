/**
 * The rate limits of a server: for each source, for each destination, and in total.
 *
 * @module
 */

import { TokenBucket } from "../protocol/token_bucket.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { KeyedLimiter } from "../protocol/keyed_limiter.ts";
import type { ServerLimits } from "./server_config.ts";
import type { LimitName, PacketKind, ServerSink } from "./server_event.ts";

/** The time between two events about the same limit and kind, in milliseconds. */
const REPORT_INTERVAL = 60_000;

/** Counts what a server sends and refuses what exceeds the limits. Its state is bounded. */
export class PacketLimiter {
  readonly #perSource: Readonly<Record<PacketKind, KeyedLimiter>>;
  readonly #perDestination: KeyedLimiter;
  readonly #total: Readonly<Record<PacketKind, TokenBucket>>;
  readonly #reportedAt = new Map<string, number>();

  constructor({ perSource, perDestination, total, capacity }: ServerLimits) {
    this.#perSource = {
      solicitations: new KeyedLimiter(perSource.solicitations, capacity),
      bubbles: new KeyedLimiter(perSource.bubbles, capacity),
      echoes: new KeyedLimiter(perSource.echoes, capacity),
    };
    this.#perDestination = new KeyedLimiter(perDestination, capacity);
    this.#total = {
      solicitations: new TokenBucket(total.solicitations),
      bubbles: new TokenBucket(total.bubbles),
      echoes: new TokenBucket(total.echoes),
    };
  }

  /** The number of IPv4 addresses that the limits remember, each limit counted by itself. */
  get size(): number {
    const { solicitations, bubbles, echoes } = this.#perSource;
    return solicitations.size + bubbles.size + echoes.size + this.#perDestination.size;
  }

  /**
   * Whether one more packet of `source` exceeds a limit.
   *
   * @param destination the IPv4 address that it would be forwarded to, if any
   */
  refuses(
    kind: PacketKind,
    source: Ipv4Address,
    destination: Ipv4Address | undefined,
    now: number,
    sink: ServerSink,
  ): boolean {
    const limit = this.#reached(kind, source, destination, now);
    if (limit === undefined) return false;
    this.#report(limit, kind, limit === "destination" ? destination! : source, now, sink);
    return true;
  }

  /** The narrow limits come first, so that what they refuse takes nothing from the common one. */
  #reached(
    kind: PacketKind,
    source: Ipv4Address,
    destination: Ipv4Address | undefined,
    now: number,
  ): LimitName | undefined {
    if (!this.#perSource[kind].take(source, now)) return "source";
    if (destination !== undefined && !this.#perDestination.take(destination, now)) {
      return "destination";
    }
    return this.#total[kind].take(now) ? undefined : "total";
  }

  #report(
    limit: LimitName,
    kind: PacketKind,
    address: Ipv4Address,
    now: number,
    sink: ServerSink,
  ): void {
    const name = `${limit} ${kind}`;
    if (now - (this.#reportedAt.get(name) ?? -Infinity) < REPORT_INTERVAL) return;
    this.#reportedAt.set(name, now);
    sink.event({ type: "limit_reached", limit, kind, address });
  }
}
