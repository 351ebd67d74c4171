/**
 * Asking Linux for routes, by rtnetlink.
 *
 * @module
 */

import { getU32, setU32 } from "../../memory/octets.ts";
import { type Ipv4Address, ipv4Address } from "../../wire/ipv4_address.ts";
import { libc } from "../c/libc.ts";
import { cString } from "../c/struct.ts";
import type { Route, RouteAnswer } from "../route.ts";
import {
  AF_INET,
  AF_INET6,
  IFLA_IFNAME,
  RTA_DST,
  RTA_GATEWAY,
  RTA_OIF,
  RTA_PREFSRC,
  RTM_GETLINK,
  RTM_GETROUTE,
  RTN_LOCAL,
  RTN_UNICAST,
} from "./kernel/kernel_numbers.ts";
import { IFINFOMSG, RTMSG } from "./kernel/kernel_structs.ts";
import {
  attribute,
  numberAttribute,
  numberIn,
  parseAttributes,
} from "./netlink/netlink_message.ts";
import { RouteNetlink } from "./netlink/route_netlink.ts";

/** What RTM_GETROUTE answers. */
interface FoundRoute extends Route {
  /** RTN_UNICAST, or another kind. */
  readonly type: number;
}

/**
 * See `findRoute` of `open.ts`. A route of another kind than unicast (blackhole, local, …) leads
 * nowhere.
 */
export function findRoute(destination: Uint8Array, through: string | undefined): RouteAnswer {
  const route = askForRoute(destination, through);
  return route?.type === RTN_UNICAST ? route : "none";
}

/** See `findSource` of `open.ts`. */
export function findSource(destination: Ipv4Address): Ipv4Address | undefined {
  const octets = new Uint8Array(4);
  setU32(octets, 0, destination);
  const route = askForRoute(octets, undefined);
  const leadsThere = route?.type === RTN_UNICAST || route?.type === RTN_LOCAL;
  return leadsThere && route.source !== undefined
    ? ipv4Address(getU32(route.source, 0))
    : undefined;
}

function askForRoute(
  destination: Uint8Array,
  through: string | undefined,
): FoundRoute | undefined {
  const body = RTMSG.encode({
    family: destination.length === 4 ? AF_INET : AF_INET6,
    destinationLength: 8 * destination.length,
  });
  const question = [body, attribute(RTA_DST, destination)];
  if (through !== undefined) {
    const index = libc().interfaceIndex(cString(through));
    if (index === 0) return undefined;
    question.push(numberAttribute(RTA_OIF, index));
  }
  const netlink = new RouteNetlink();
  try {
    const answer = netlink.request(RTM_GETROUTE, 0, question);
    return answer.ok ? parseRoute(answer.payload, netlink) : undefined;
  } finally {
    netlink.close();
  }
}

function parseRoute(payload: Uint8Array, netlink: RouteNetlink): FoundRoute | undefined {
  if (payload.length < RTMSG.size) return undefined;
  const attributes = parseAttributes(payload.subarray(RTMSG.size));
  const interfaceIndex = numberIn(attributes.get(RTA_OIF));
  if (interfaceIndex === undefined) return undefined;
  return {
    type: RTMSG.decode(payload).type,
    interfaceIndex,
    interfaceName: nameOf(interfaceIndex, netlink),
    source: attributes.get(RTA_PREFSRC),
    gateway: attributes.get(RTA_GATEWAY),
  };
}

function nameOf(index: number, netlink: RouteNetlink): string {
  const answer = netlink.request(RTM_GETLINK, 0, [IFINFOMSG.encode({ index })]);
  const name = answer.ok
    ? parseAttributes(answer.payload.subarray(IFINFOMSG.size)).get(IFLA_IFNAME)
    : undefined;
  return name === undefined
    ? `number ${index}`
    : new TextDecoder().decode(name).replace(/\0.*$/s, "");
}
