/**
 * The router that leads from this host to the Internet.
 *
 * @module
 */

import type { RouteAnswer } from "../../ffi/route.ts";
import { getU32 } from "../../memory/octets.ts";
import type { RouterPlace } from "../../portmap/router_place.ts";
import { type Ipv4Address, ipv4Address } from "../../wire/ipv4_address.ts";
import { ELSEWHERE, octetsOf } from "../network/way_out.ts";

/**
 * Why there is no router to ask.
 *
 * - `no_router`: this host has no default route, or one without a router
 * - `router_unknown`: this system or program cannot ask the kernel
 */
export type NoRouter = "no_router" | "router_unknown";

/**
 * Finds the default router, and this host's address towards it.
 *
 * @param findRoute asks the kernel how it would send to an IPv4 address of 4 octets
 */
export function defaultRouter(
  findRoute: (destination: Uint8Array) => RouteAnswer,
): RouterPlace | NoRouter {
  const route = routeOut(findRoute);
  if (route === "unknown") return "router_unknown";
  if (route === "none" || route.gateway === undefined || route.source === undefined) {
    return "no_router";
  }
  return { router: addressIn(route.gateway), local: addressIn(route.source) };
}

function routeOut(findRoute: (destination: Uint8Array) => RouteAnswer): RouteAnswer {
  try {
    return findRoute(octetsOf(ELSEWHERE));
  } catch {
    return "unknown";
  }
}

function addressIn(octets: Uint8Array): Ipv4Address {
  return ipv4Address(getU32(octets, 0));
}
