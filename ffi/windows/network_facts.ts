/**
 * What is true of the host's network at one moment, and what is new since another one.
 *
 * @module
 */

import type { NetworkNews } from "../link_monitor.ts";
import { addressIn, FORWARD_ROW, UNICAST_ADDRESS_ROW } from "./netioapi.ts";

/**
 * Default routes, and those to half or an eighth of all addresses that stand for one: 0/1,
 * 2000::/3.
 */
const LONGEST_DEFAULT = 3;

/** `IpDadStateDeprecated` of nldef.h: an address from this state on can be used. */
const DAD_STATE_DEPRECATED = 3;

/** A fact in words, to be compared. */
type Fact = string;

/** The facts, each with the index of its interface. */
export interface NetworkFacts {
  /** Addresses, and default routes. */
  readonly ofInterfaces: ReadonlyMap<Fact, number>;
  /** All routes. */
  readonly ofRouting: ReadonlyMap<Fact, number>;
}

/**
 * The facts in two tables of Windows.
 *
 * @param addresses rows of MIB_UNICASTIPADDRESS_TABLE
 * @param routes rows of MIB_IPFORWARD_TABLE2
 */
export function networkFacts(
  addresses: readonly Uint8Array[],
  routes: readonly Uint8Array[],
): NetworkFacts {
  const ofInterfaces = new Map<Fact, number>();
  const ofRouting = new Map<Fact, number>();
  for (const bytes of addresses) {
    const { index, address, prefixLength, dadState } = UNICAST_ADDRESS_ROW.decode(bytes);
    if (dadState < DAD_STATE_DEPRECATED) continue;
    ofInterfaces.set(`address ${index} ${hex(address)}/${prefixLength}`, index);
  }
  for (const bytes of routes) {
    const row = FORWARD_ROW.decode(bytes);
    const { index, destinationLength: length, metric } = row;
    const way = `${index} ${hex(row.destination)}/${length} ${hex(row.nextHop)}`;
    ofRouting.set(`${way} ${metric}`, index);
    if (length <= LONGEST_DEFAULT) ofInterfaces.set(`route ${way}`, index);
  }
  return { ofInterfaces, ofRouting };
}

/**
 * What has changed between two moments.
 *
 * If nothing has that shows here, our interface may have changed, for instance its MTU.
 *
 * @param own the index of our interface
 * @returns Undefined if there is no news.
 */
export function newsBetween(
  before: NetworkFacts,
  after: NetworkFacts,
  own: number | undefined,
): NetworkNews | undefined {
  const interfaces = difference(before.ofInterfaces, after.ofInterfaces);
  const routing = difference(before.ofRouting, after.ofRouting);
  const isSilent = interfaces.size === 0 && routing.size === 0;
  const isOwn = own !== undefined && (isSilent || interfaces.has(own) || routing.has(own));
  if (own !== undefined) {
    interfaces.delete(own);
    routing.delete(own);
  }
  const isRouting = routing.size > 0;
  if (!isOwn && !isRouting && interfaces.size === 0) return undefined;
  return { isOwn, isRouting, interfaces, isVague: false };
}

/** The interfaces of facts that only one of the two has. */
function difference(
  one: ReadonlyMap<Fact, number>,
  other: ReadonlyMap<Fact, number>,
): Set<number> {
  const result = new Set<number>();
  for (const [fact, index] of one) if (!other.has(fact)) result.add(index);
  for (const [fact, index] of other) if (!one.has(fact)) result.add(index);
  return result;
}

function hex(socketAddress: Uint8Array): string {
  return addressIn(socketAddress)?.toHex() ?? "";
}
