/**
 * Where this host is on its network, as far as a port mapping is concerned.
 *
 * @module
 */

import { addressOf } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { PortMapping } from "./port_mapping.ts";

/** The way to the Internet. */
export interface RouterPlace {
  readonly router: Ipv4Address;
  /** This host's address on the network that the router is on. */
  readonly local: Ipv4Address;
}

/**
 * Whether the router can be asked to remove a mapping. PCP and NAT-PMP go by the address that a
 * request comes from; UPnP names the host, so it also works from another address.
 */
export function isInReach(
  { protocol, router, internal }: PortMapping,
  place?: RouterPlace,
): boolean {
  if (place === undefined) return true;
  return router === place.router && (protocol === "upnp" || addressOf(internal) === place.local);
}
