/**
 * Asking macOS for routes, by the routing socket.
 *
 * The source address of a route there is that of its gateway's network, which may be a link-local
 * one. What a program would get by default shows in a UDP socket that is connected and sends
 * nothing.
 *
 * @module
 */

import { getU32, setU32 } from "../../memory/octets.ts";
import { type Ipv4Address, ipv4Address } from "../../wire/ipv4_address.ts";
import { libc } from "../c/libc.ts";
import { allocateU32, setInteger } from "../c/socket_integer.ts";
import { allocate, cString } from "../c/struct.ts";
import { insist, outcomeOf } from "../c/system_call.ts";
import type { RouteAnswer } from "../route.ts";
import {
  AF_INET,
  AF_INET6,
  IP_BOUND_IF,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_BOUND_IF,
  RTAX_DST,
  RTAX_GATEWAY,
  RTAX_IFP,
  RTF_BLACKHOLE,
  RTF_HOST,
  RTF_IFSCOPE,
  RTF_LOCAL,
  RTF_REJECT,
  RTF_UP,
  SOCK_DGRAM,
} from "./kernel/kernel_numbers.ts";
import { SOCKADDR_IN6 } from "./kernel/kernel_structs.ts";
import {
  addressIn,
  interfaceAddress,
  interfaceNameIn,
  socketAddress,
} from "./routing/route_message.ts";
import { RouteSocket } from "./routing/route_socket.ts";

/** Routes that lead nowhere, or to this host. */
const NO_WAY = RTF_REJECT | RTF_BLACKHOLE | RTF_LOCAL;

/** The port to connect to: any, because nothing is sent. */
const ANY_PORT = 9;

/** See `findRoute` of `open.ts`. */
export function findRoute(destination: Uint8Array, through: string | undefined): RouteAnswer {
  const scope = through === undefined ? undefined : libc().interfaceIndex(cString(through));
  if (scope === 0) return "none";
  using routes = new RouteSocket();
  const route = routes.ask({
    flags: RTF_UP | RTF_HOST | (scope === undefined ? 0 : RTF_IFSCOPE),
    ...scope !== undefined && { index: scope },
    addresses: { [RTAX_DST]: socketAddress(destination), [RTAX_IFP]: interfaceAddress(0) },
  });
  if (route === undefined || (route.flags & NO_WAY) !== 0) return "none";
  // If an interface has no way there, the kernel may name another one's.
  if (scope !== undefined && route.index !== scope) return "none";
  return {
    interfaceIndex: route.index,
    interfaceName: interfaceNameIn(route.addresses[RTAX_IFP]) ?? `number ${route.index}`,
    source: sourceTo(destination, scope),
    // That of an interface route is the interface.
    gateway: addressIn(route.addresses[RTAX_GATEWAY]),
  };
}

/** See `findSource` of `open.ts`. */
export function findSource(destination: Ipv4Address): Ipv4Address | undefined {
  const octets = new Uint8Array(4);
  setU32(octets, 0, destination);
  const source = sourceTo(octets, undefined);
  return source === undefined ? undefined : ipv4Address(getU32(source, 0));
}

/** The address that a socket gets; undefined if it has no way there, or no address for it. */
function sourceTo(destination: Uint8Array, scope: number | undefined): Uint8Array | undefined {
  const isIpv4 = destination.length === 4;
  const { socket, connect, getsockname, close } = libc();
  const open = () => socket(isIpv4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
  const fd = insist("ask for a source address", "socket", open);
  try {
    if (scope !== undefined) bindToInterface(fd, isIpv4, scope);
    const target = socketAddress(destination, ANY_PORT);
    if (outcomeOf(() => connect(fd, target, target.length)) < 0) return undefined;
    const name = allocate(SOCKADDR_IN6.size);
    if (getsockname(fd, name, allocateU32(name.length)) < 0) return undefined;
    const source = addressIn(name);
    return source?.some((octet) => octet !== 0) ? source : undefined;
  } finally {
    close(fd);
  }
}

function bindToInterface(fd: number, isIpv4: boolean, index: number): void {
  const [level, option] = isIpv4 ? [IPPROTO_IP, IP_BOUND_IF] : [IPPROTO_IPV6, IPV6_BOUND_IF];
  const bind = () => setInteger(fd, level, option, index) ? 0 : -1;
  insist("ask for a source address", "setsockopt", bind);
}
