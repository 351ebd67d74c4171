/**
 * IPv6 that this host has without Teredo.
 *
 * @module
 */

import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { isNative } from "../../wire/teredo_address.ts";

/** An IPv6 address of global scope that is not a Teredo address. */
export interface NativeAddress {
  /** The name of the interface that has it. */
  readonly interface: string;
  /** 16 octets. */
  readonly address: Uint8Array;
}

/**
 * The host's native addresses at this moment. Unique local and link-local addresses do not count.
 */
export function nativeAddresses(
  interfaces: readonly Deno.NetworkInterfaceInfo[] = Deno.networkInterfaces(),
): NativeAddress[] {
  return interfaces.flatMap(({ family, name, address: text }) => {
    const address = family === "IPv6" ? parseIpv6(text) : undefined;
    if (address === undefined || !isNative(address)) return [];
    return [{ interface: name, address }];
  });
}

/**
 * The address with which the host reaches the IPv6 Internet without us, if it does. An address
 * alone is useless, as on a network whose router is gone.
 *
 * @param own the name of our interface, which does not count
 * @param leadsOut whether an interface has a way to the IPv6 Internet
 */
export function findNativeIpv6(
  own: string,
  leadsOut: (name: string) => boolean,
  interfaces?: readonly Deno.NetworkInterfaceInfo[],
): NativeAddress | undefined {
  return nativeAddresses(interfaces).find(({ interface: name }) => name !== own && leadsOut(name));
}
