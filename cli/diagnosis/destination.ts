/**
 * What a person wants to reach, by name or address.
 *
 * @module
 */

import { ResolveError, resolveIpv6 } from "../../io/servers/lookup.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { CliError } from "../process/failure.ts";

/**
 * The IPv6 address of a host.
 *
 * @throws {CliError} the name has none
 */
export async function destinationOf(host: string): Promise<string> {
  try {
    return formatIpv6(await resolveIpv6(host));
  } catch (error) {
    if (error instanceof ResolveError) throw new CliError(error.message);
    throw error;
  }
}
