/**
 * What packet filters have in common.
 *
 * @module
 */

/** A port that a program listens on. */
export interface Service {
  readonly protocol: "tcp" | "udp";
  /** 1 to 65535. */
  readonly port: number;
}

/** Packets and their octets. */
export interface FilterCount {
  readonly packets: number;
  readonly octets: number;
}

/** What a filter has counted, by the names of the counters. */
export type FilterCounts = Readonly<Record<string, FilterCount>>;

/** A chain of the host's firewall that drops packets, unless one of its rules accepts them. */
export interface DroppingChain {
  readonly family: "inet" | "ip6";
  readonly table: string;
  readonly chain: string;
}
