/**
 * Whether this host has native IPv6: then a client rests (RFC 4380 §5.5), because Teredo would only
 * be a detour.
 *
 * @module
 */

import { findRoute } from "../../ffi/open.ts";
import { DEFAULT_ROUTE } from "../../io/host/wanted_state.ts";
import { findNativeIpv6, type NativeAddress } from "../../io/network/native_ipv6.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { isNative } from "../../wire/teredo_address.ts";

/** The host's native IPv6, if it has any. */
export function nativeWayOut(ownInterface: string): NativeAddress | undefined {
  return findNativeIpv6(ownInterface, leadsOut);
}

/** "2001:db8::7 on interface eth0 leads to the IPv6 Internet". */
export function describeNativeIpv6({ address, interface: name }: NativeAddress): string {
  return `${formatIpv6(address)} on interface ${name} leads to the IPv6 Internet`;
}

/** Whether an interface is a way out, with an address that answers can come back to. */
function leadsOut(name: string): boolean {
  const route = findRoute(DEFAULT_ROUTE.example, name);
  // Where the way is not known, the address has to do.
  if (route === "unknown") return true;
  return route !== "none" && route.source !== undefined && isNative(route.source);
}
