/**
 * The rates beyond which a relay looks for no more clients.
 *
 * @module
 */

import type { Rate } from "../protocol/token_bucket.ts";

/**
 * Rates of a relay; `undefined` lifts one. A packet that exceeds a limit is dropped, unless its
 * client is known.
 */
export interface RelayLimits {
  /**
   * New clients to look for on behalf of each native site (/48), because one host may have any
   * number of addresses.
   */
  readonly newClientsPerSite: Rate | undefined;
  /** New clients of a gateway at each IPv4 address. */
  readonly newClientsPerAddress: Rate | undefined;
  /** New clients on behalf of everybody. */
  readonly newClientsInTotal: Rate | undefined;
  /**
   * Bubbles to each mapped address and port, because anyone can make up clients there: their
   * addresses differ in flags and server.
   */
  readonly bubblesPerClient: Rate | undefined;
  /** Bubbles through each server, whose address anyone can make up. */
  readonly bubblesPerServer: Rate | undefined;
}

/**
 * The limits of a relay that is not told otherwise. Sources can be forged: what many share is far
 * above what one site may take, or not limited at all, and to use up what one site or NAT may take
 * must not be cheap either. At 5,000 new clients a second, the 16,384 that a relay remembers without
 * an answer stay for three seconds each, so that others have time for theirs; and each gets two
 * bubbles by then, so that one site can't use up what goes to one client or server.
 */
export const RELAY_LIMITS: RelayLimits = {
  newClientsPerSite: { perSecond: 5_000, burst: 10_000 },
  newClientsPerAddress: { perSecond: 5_000, burst: 10_000 },
  newClientsInTotal: undefined,
  bubblesPerClient: { perSecond: 25_000, burst: 50_000 },
  bubblesPerServer: { perSecond: 25_000, burst: 50_000 },
};
