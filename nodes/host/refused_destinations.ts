/**
 * Where no client of a gateway gets by the kernel, whatever the machine would let pass.
 *
 * @module
 */

import { parseIpv6 } from "../../wire/ipv6_address.ts";
import type { Ipv6Prefix } from "../../wire/ipv6_prefix.ts";

/**
 * By the names that refusals are counted under. Of several prefixes that an address lies in, the
 * first counts.
 *
 * - `private_destination`: this host's own network, which may trust its address
 * - `multicast`
 * - `teredo_destination`: a client of any server that the kernel would send to another relay, which
 *   could send the packet back. Clients that this gateway serves are behind its own interface and
 *   are not meant.
 * - `not_global`: what lies outside of 2000::/3 and so is not the IPv6 Internet, among it
 *   64:ff9b::/96, behind which a NAT64 has private IPv4 addresses too (RFC 6052 §5.1)
 */
export const REFUSED_DESTINATIONS: Readonly<Record<string, readonly Ipv6Prefix[]>> = {
  "private_destination": [prefix("fc00::", 7), prefix("fe80::", 10), prefix("fec0::", 10)],
  "multicast": [prefix("ff00::", 8)],
  "teredo_destination": [prefix("2001::", 32)],
  "not_global": [prefix("::", 3), prefix("4000::", 2), prefix("8000::", 1)],
};

function prefix(text: string, length: number): Ipv6Prefix {
  return { address: parseIpv6(text)!, length };
}
