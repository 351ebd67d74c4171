/**
 * Lets what comes in by one interface leave by the others, with an address of this host.
 *
 * @module
 */

import type { Ipv6Prefix } from "../wire/ipv6_prefix.ts";
import type { DroppingChain, FilterCounts, Service } from "./packet_filter.ts";

/** How many connections sources may have open that have something in common. */
export interface ConnectionLimit {
  /** What refusals are counted under. */
  readonly name: string;
  /** Sources with these octets in common share the limit: how many, from the address' end on. */
  readonly octets: number;
  readonly atMost: number;
}

/** How to translate, and what to refuse. */
export interface SourceNatOptions {
  /** The name of the table that the kernel's rules are in. It shows in `nft list ruleset`. */
  readonly table: string;
  /** The name of the inner interface, which need not exist yet. */
  readonly interface: string;
  /** The sources that packets from there may have. */
  readonly sources: Ipv6Prefix;
  /**
   * Destinations that nothing from there may begin a connection with, by the names that refusals
   * are counted under.
   */
  readonly refused: Readonly<Record<string, readonly Ipv6Prefix[]>>;
  /**
   * Limits of open connections, as the kernel keeps track of them. They hold for connections that
   * begin at `sources`, to wherever; answers and outsiders don't count.
   */
  readonly limits: readonly ConnectionLimit[];
  /**
   * Whether packets from the inner interface may leave by it again, such as from one client to
   * another. They are translated too. Refused destinations do not matter then.
   */
  readonly turnsAround: boolean;
  /**
   * Whether hosts behind other interfaces may begin connections with `sources`. These are not
   * translated.
   */
  readonly admitsUnsolicited: boolean;
  /**
   * Whether echo requests from `sources` that come in by other interfaces leave translated too, as
   * the connectivity tests do that Teredo servers on other hosts send by way of this one; by
   * default they do not.
   */
  readonly admitsTests?: boolean | undefined;
  /**
   * What of this host itself may be reached from the inner interface, besides its answer to a ping.
   */
  readonly services: readonly Service[];
  /**
   * A folder for a note of the settings that were changed: by it, the next start after a KILL finds
   * out what they were. Without one, or without the right to write there, they count as the host's.
   */
  readonly notes?: string | undefined;
}

/**
 * What is counted besides the refused destinations: connections that were translated, and packets
 * refused because
 *
 * - `foreign_source`: the source is not among the allowed ones;
 * - `no_connection`: they neither belong to a connection nor can begin one;
 * - `turned_around`: they would leave by the interface they came in by;
 * - `unsolicited`: they come from outside, to a source that did not begin;
 * - `own_service`: they go to this host itself;
 * - `other_interfaces`: they go from one outer interface to another, which this host did not
 *   forward before.
 */
export const SOURCE_NAT_COUNTERS = [
  "connections",
  "foreign_source",
  "no_connection",
  "turned_around",
  "unsolicited",
  "own_service",
  "other_interfaces",
] as const;

/**
 * Source NAT at work.
 *
 * With it, forwarding of IPv6 packets is on. If it was off, the host still forwards nothing but
 * this, and it is off again in the end; after a KILL, the next start puts it back. What other
 * tables of the host's firewall drop stays dropped.
 */
export interface SourceNat {
  /** Whether it is this process's alone, and ends with it even by a KILL: since Linux 5.12. */
  readonly isOwned: boolean;
  /** Whether a process that was killed had left forwarding on, which was put back at the start. */
  readonly putBack: boolean;
  /**
   * Whether another user's process has the name by which one gateway at a time puts settings back, so
   * that this one doesn't know whether there is another gateway.
   */
  readonly isLockForeign: boolean;
  /**
   * Whether a process has that name, and the kernel doesn't say whose. Then no settings are put back
   * that a process that was killed had left, because they may be those of a gateway at work.
   */
  readonly isLockHidden: boolean;
  /**
   * What has been counted so far: {@linkcode SOURCE_NAT_COUNTERS} and the names of the refused
   * destinations.
   */
  counts(): FilterCounts;
  /**
   * Chains of other tables that stop what comes in by the inner interface, unless they have rules
   * for it: those of Docker, ufw or firewalld for instance. This looks at nf_tables as it is now,
   * and so at what `iptables-nft` makes too.
   */
  obstacles(): readonly DroppingChain[];
  /**
   * Puts right what others have changed since: forwarding, and the rules unless `isOwned`.
   *
   * @returns what was wrong, in sentences without a full stop; undefined if nothing was
   * @throws {ForwardingRefused} the host no longer forwards, and this leaves it so
   * @throws {SystemError} the kernel refuses
   */
  restore(): string | undefined;
  /** Ends it, and puts back what was changed. Connections that are open break. May be repeated. */
  close(): void;
}
