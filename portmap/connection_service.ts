/**
 * The service of a router that maps ports, in the description that the router gives of itself:
 * WANIPConnection or WANPPPConnection of UPnP's Internet Gateway Device, versions 1 and 2.
 *
 * @module
 */

import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { type HttpUrl, parseHttpUrl } from "./http_url.ts";
import { elementsNamed, parseXml, textOf } from "./xml.ts";

/** A service that can be asked for ports. */
export interface ConnectionService {
  /** Its type, such as "urn:schemas-upnp-org:service:WANIPConnection:2". */
  readonly type: string;
  /** Where it takes requests. */
  readonly control: HttpUrl;
}

const TYPE = /^urn:schemas-upnp-org:service:WAN(?:IP|PPP)Connection:[12]$/;

/** A router with several uplinks has a service for each; few have more than two. */
const MAX_SERVICES = 4;

/**
 * The services in a description, in its order.
 *
 * @param router the router: services elsewhere are not believed
 * @param location where the description was found
 */
export function connectionServices(
  body: Uint8Array,
  router: Ipv4Address,
  location: HttpUrl,
): ConnectionService[] {
  const root = parseXml(new TextDecoder().decode(body));
  if (root === undefined) return [];
  const base = parseHttpUrl(textOf("URLBase", root) ?? "", router, location) ?? location;
  const services = elementsNamed("service", root).flatMap((service) => {
    const type = textOf("serviceType", service) ?? "";
    const control = parseHttpUrl(textOf("controlURL", service) ?? "", router, base);
    return TYPE.test(type) && control !== undefined ? [{ type, control }] : [];
  });
  return services.slice(0, MAX_SERVICES);
}
