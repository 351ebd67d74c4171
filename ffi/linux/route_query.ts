import { RouteNetlink } from "./route_netlink.ts";
import { libc } from "../c/libc.ts";
import { attribute, numberAttribute, parseAttributes } from "./netlink_message.ts";
import { cString, u32 } from "../c/struct.ts";
import { RTMSG } from "./structs.ts";

const AF_INET6 = 10;

// <linux/rtnetlink.h>
const RTM_GETROUTE = 26;
const RTN_UNICAST = 1;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_PREFSRC = 7;

/** How the kernel would send a packet. */
export interface Route {
  /** Index of the interface it would leave through. */
  readonly interfaceIndex: number;
  /** The source address a program would get by default, 16 octets. */
  readonly source: Uint8Array;
}

/**
 * Asks the kernel how it would send to an IPv6 address now, without sending anything.
 *
 * This answers whether the host has IPv6 of its own: it has when the way to some global address leads through
 * an interface other than ours and starts from a global source address. One question is enough however many
 * routes there are, and a route to 2000::/3 counts as a default route does.
 *
 * @param destination 16 octets.
 * @param through The name of an interface: asks for the best way through it, though a better one may lead
 * through another.
 * @returns Undefined when there is no way, or when the way is not known on this system (other than Linux).
 * @throws {SystemError} When the kernel cannot be asked.
 */
export function findRoute(destination: Uint8Array, through?: string): Route | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const body = RTMSG.encode({ family: AF_INET6, destinationLength: 128 });
  const question = [body, attribute(RTA_DST, destination)];
  if (through !== undefined) {
    const index = libc().interfaceIndex(cString(through));
    if (index === 0) return undefined;
    question.push(numberAttribute(RTA_OIF, index));
  }
  const netlink = new RouteNetlink();
  try {
    const answer = netlink.request(RTM_GETROUTE, 0, question);
    return answer.ok ? parseRoute(answer.payload) : undefined;
  } finally {
    netlink.close();
  }
}

/** Reads what RTM_GETROUTE answers. A route of another type (blackhole, local, …) leads nowhere. */
function parseRoute(payload: Uint8Array): Route | undefined {
  if (payload.length < RTMSG.size || RTMSG.decode(payload).type !== RTN_UNICAST) return undefined;
  const attributes = parseAttributes(payload.subarray(RTMSG.size));
  const outgoing = attributes.get(RTA_OIF);
  const source = attributes.get(RTA_PREFSRC);
  if (outgoing === undefined || source === undefined) return undefined;
  return { interfaceIndex: u32.read(outgoing, 0), source };
}
