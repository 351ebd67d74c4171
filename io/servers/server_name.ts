/**
 * A client's server as a person names it: two hosts whose addresses may change.
 *
 * @module
 */

import type { ServerAddresses } from "../../client/client_config.ts";
import { type Ipv4Address, ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { type Lookup, resolveIpv4 } from "./lookup.ts";

/** A server by the names of its primary and secondary address. */
export class ServerName {
  /** The name or IPv4 address of the primary address, as it was given. */
  readonly primary: string;
  /** The same of the secondary address; without it the one after the primary, as on Windows. */
  readonly secondary: string | undefined;
  readonly #lookup: Lookup | undefined;

  constructor(primary: string, secondary: string | undefined, lookup?: Lookup) {
    this.primary = primary;
    this.secondary = secondary;
    this.#lookup = lookup;
  }

  /** Whether another look-up may yield other addresses. */
  get isName(): boolean {
    return [this.primary, this.secondary].some((host) => host && parseIpv4(host) === undefined);
  }

  /**
   * Looks the addresses up. A name with several of them stands for as many servers, at least one,
   * each with its own secondary address.
   *
   * @throws {ResolveError} a name has no address, or cannot be looked up
   */
  async resolve(): Promise<ServerAddresses[]> {
    const primaries = await resolveIpv4(this.primary, this.#lookup);
    const { secondary: name } = this;
    if (name === undefined) {
      return primaries.map((primary) => ({ primary, secondary: ipv4Address(primary + 1) }));
    }
    const secondaries = await resolveIpv4(name, this.#lookup);
    return primaries.map((primary) => ({ primary, secondary: nearest(primary, secondaries) }));
  }
}

/**
 * The address that is numerically the nearest: both addresses of a server are usually in one
 * network, and DNS servers give those of a name in any order.
 */
function nearest(primary: Ipv4Address, secondaries: readonly Ipv4Address[]): Ipv4Address {
  return secondaries.reduce((best, each) =>
    Math.abs(each - primary) < Math.abs(best - primary) ? each : best
  );
}
