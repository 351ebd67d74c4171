/**
 * The rates beyond which a client doesn't react to what others send, or tests no more native hosts.
 *
 * @module
 */

import type { Rate } from "../protocol/token_bucket.ts";

/** Rates of a client; `undefined` lifts one. */
export interface ClientLimits {
  /**
   * Answers to bubbles of one IPv6 address at one IPv4 address and port: a peer sends one every two
   * seconds. Anyone can forge its name, but seldom knows it.
   */
  readonly answersPerPeer: Rate | undefined;
  /** The same for each address and port, such as a relay's, whatever the IPv6 address. */
  readonly answersPerPort: Rate | undefined;
  /** The same for each address, such as that of a NAT with many clients: no answer is longer. */
  readonly answersPerAddress: Rate | undefined;
  /**
   * Bubbles that challenge one client in one place, which is not where its address says. Nobody else
   * knows where its NAT sends its packets from.
   */
  readonly challengesPerPeer: Rate | undefined;
  /** Challenges through servers at one address: no challenge is longer than what it is for. */
  readonly challengesPerServer: Rate | undefined;
  /**
   * New entries for Teredo clients that the host has not sent anything to, for each way that they
   * come. Anyone can make them up, and each displaces another when there are many.
   */
  readonly newClients: Rate | undefined;
  /** New entries for native hosts that come through relays at one address. */
  readonly newNativeHostsPerRelay: Rate | undefined;
  /**
   * New entries for native hosts, all together: more, because these need an entry for the test that
   * proves them (RFC 4380 §5.2.3 case 6). It lasts for the test even if a quarter of the table is all
   * that is left to strangers.
   */
  readonly newNativeHosts: Rate | undefined;
  /**
   * The connectivity tests (RFC 4380 §5.2.9) of native hosts that send to the client unasked, each of
   * which pays for one.
   */
  readonly testsForOthers: Rate | undefined;
  /** The connectivity tests for all destinations of the host together. */
  readonly testsForHost: Rate | undefined;
}

/** The limits of a client that is not told otherwise. */
export const CLIENT_LIMITS: ClientLimits = {
  answersPerPeer: { perSecond: 20, burst: 40 },
  answersPerPort: { perSecond: 500, burst: 1_000 },
  answersPerAddress: { perSecond: 2_000, burst: 4_000 },
  challengesPerPeer: { perSecond: 1, burst: 4 },
  challengesPerServer: { perSecond: 2_000, burst: 4_000 },
  newClients: { perSecond: 100, burst: 200 },
  newNativeHostsPerRelay: { perSecond: 200, burst: 200 },
  newNativeHosts: { perSecond: 2_000, burst: 250 },
  testsForOthers: { perSecond: 2_000, burst: 4_000 },
  testsForHost: { perSecond: 10, burst: 20 },
};
