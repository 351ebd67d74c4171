/**
 * The IPv4 addresses of this host.
 *
 * @module
 */

import type { Ipv4Block } from "../../wire/global_unicast.ts";
import {
  type Ipv4Address,
  ipv4Address,
  isLoopbackIpv4,
  parseIpv4,
} from "../../wire/ipv4_address.ts";

/** An IPv4 address of this host, with the subnet that it is attached to. */
export interface LocalAddress extends Ipv4Block {
  readonly address: Ipv4Address;
}

/** All IPv4 addresses of this host at this moment. */
export function localAddresses(
  interfaces: readonly Deno.NetworkInterfaceInfo[] = Deno.networkInterfaces(),
): LocalAddress[] {
  return interfaces.flatMap(({ family, address: text, cidr }) => {
    const address = parseIpv4(text);
    if (family !== "IPv4" || address === undefined) return [];
    const prefixLength = Number(cidr.split("/")[1] ?? 32);
    return [{ address, network: subnetOf(address, prefixLength), prefixLength }];
  });
}

/**
 * The first address of this host that other hosts can know, if it has one. An address of the link
 * only (RFC 3927) comes last: Windows gives one to every interface that has no other.
 */
export function outsideAddress(
  own: readonly LocalAddress[] = localAddresses(),
): Ipv4Address | undefined {
  const addresses = own.map(({ address }) => address).filter((each) => !isLoopbackIpv4(each));
  return addresses.find((each) => each >>> 16 !== LINK_LOCAL) ?? addresses[0];
}

/** The upper half of 169.254.0.0/16. */
const LINK_LOCAL = 0xa9fe;

function subnetOf(address: Ipv4Address, prefixLength: number): Ipv4Address {
  // In JavaScript, a shift by 32 bits shifts nothing.
  return prefixLength === 0 ? ipv4Address(0) : ipv4Address(address & (-1 << (32 - prefixLength)));
}
