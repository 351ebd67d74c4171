/**
 * Options of sockets that Deno opened and offers no way to set.
 *
 * As on Linux, the socket that is bound to a given address and port is found by asking every
 * descriptor of this process.
 *
 * @module
 */

import { formatIpv4, ipv4Address } from "../../wire/ipv4_address.ts";
import { libc } from "../c/libc.ts";
import { allocateU32, getInteger, setInteger } from "../c/socket_integer.ts";
import { allocate } from "../c/struct.ts";
import {
  AF_INET,
  IP_DONTFRAG,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IPPROTO_IP,
  SO_RCVBUF,
  SO_TYPE,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "./kernel/kernel_numbers.ts";
import { SOCKADDR_IN } from "./kernel/kernel_structs.ts";

/** See {@linkcode SocketOptions}. */
export function clearDontFragment(address: string, port: number): boolean {
  const sockets = udpSocketsAt(address, port);
  return sockets.length > 0 && sockets.every((fd) => setInteger(fd, IPPROTO_IP, IP_DONTFRAG, 0));
}

/**
 * See {@linkcode SocketOptions}. The kernel refuses more than `kern.ipc.maxsockbuf`, and grants
 * nothing then: so half as much is asked for until it agrees.
 */
export function setReceiveBuffer(address: string, port: number, octets: number): number {
  let granted = 0;
  for (const fd of udpSocketsAt(address, port)) {
    let wanted = octets;
    while (wanted > 0 && !setInteger(fd, SOL_SOCKET, SO_RCVBUF, wanted)) wanted >>>= 1;
    granted = getInteger(fd, SOL_SOCKET, SO_RCVBUF) ?? 0;
  }
  return granted;
}

/** See {@linkcode SocketOptions}. */
export function keepMulticastOnLink(address: string, port: number): boolean {
  const sockets = udpSocketsAt(address, port);
  return sockets.length > 0 &&
    sockets.every((fd) =>
      setInteger(fd, IPPROTO_IP, IP_MULTICAST_TTL, 1) &&
      setInteger(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0)
    );
}

/**
 * The descriptors of this process that are IPv4 UDP sockets bound to exactly this address and port.
 */
function udpSocketsAt(address: string, port: number): number[] {
  return [...Deno.readDirSync("/dev/fd")].map(({ name }) => Number(name)).filter((fd) =>
    getInteger(fd, SOL_SOCKET, SO_TYPE) === SOCK_DGRAM && isBoundTo(fd, address, port)
  );
}

function isBoundTo(fd: number, address: string, port: number): boolean {
  const bound = allocate(SOCKADDR_IN.size);
  if (libc().getsockname(fd, bound, allocateU32(bound.length)) < 0) return false;
  const name = SOCKADDR_IN.decode(bound);
  return name.family === AF_INET && name.port === port &&
    formatIpv4(ipv4Address(name.address)) === address;
}
