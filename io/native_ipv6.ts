/**
 * The native IPv6 addresses of this host.
 *
 * @module
 */

import { isGlobalScope, parseIpv6 } from "../wire/ipv6_address.ts";
import { isTeredo } from "../wire/teredo_address.ts";

/** The host's IPv6 addresses of global scope outside of Teredo, 16 octets each. */
export function nativeAddresses(
  interfaces: readonly Deno.NetworkInterfaceInfo[] = Deno.networkInterfaces(),
): Uint8Array[] {
  return interfaces.flatMap(({ family, address: text }) => {
    const address = family === "IPv6" ? parseIpv6(text) : undefined;
    if (address === undefined || !isGlobalScope(address) || isTeredo(address)) return [];
    return [address];
  });
}
