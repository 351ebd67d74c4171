/**
 * Options of sockets that Deno opened and offers no way to set.
 *
 * Deno does not show the descriptor of a UDP socket. But a socket knows its own address, so the one
 * bound to a given address and port can be found by asking every descriptor of this process. Other
 * processes and sockets with other addresses stay as they are.
 *
 * @module
 */

import { formatIpv4, ipv4Address } from "../../wire/ipv4_address.ts";
import { libc } from "../c/libc.ts";
import { allocateU32, getInteger, setInteger } from "../c/socket_integer.ts";
import { allocate } from "../c/struct.ts";
import {
  AF_INET,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_RECVERR,
  IPPROTO_IP,
  SO_TYPE,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "./kernel/kernel_numbers.ts";
import { SOCKADDR_IN } from "./kernel/kernel_structs.ts";
import { allowFragmentation, growReceiveBuffer } from "./kernel/socket_settings.ts";

/** See {@linkcode SocketOptions}. */
export function clearDontFragment(address: string, port: number): boolean {
  const sockets = udpSocketsAt(address, port);
  return sockets.length > 0 && sockets.every(allowFragmentation);
}

/** See {@linkcode SocketOptions}. */
export function setReceiveBuffer(address: string, port: number, octets: number): number {
  let granted = 0;
  for (const fd of udpSocketsAt(address, port)) granted = growReceiveBuffer(fd, octets);
  return granted;
}

/** See {@linkcode SocketOptions}. */
export function reportErrors(address: string, port: number): boolean {
  const sockets = udpSocketsAt(address, port);
  return sockets.length > 0 && sockets.every((fd) => setInteger(fd, IPPROTO_IP, IP_RECVERR, 1));
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
export function udpSocketsAt(address: string, port: number): number[] {
  return openDescriptors().filter((fd) =>
    getInteger(fd, SOL_SOCKET, SO_TYPE) === SOCK_DGRAM && isBoundTo(fd, address, port)
  );
}

export function openDescriptors(): number[] {
  return [...Deno.readDirSync("/proc/self/fd")].map((entry) => Number(entry.name));
}

function isBoundTo(fd: number, address: string, port: number): boolean {
  const bound = allocate(SOCKADDR_IN.size);
  const length = allocateU32(bound.length);
  if (libc().getsockname(fd, bound, length) < 0) return false;
  const name = SOCKADDR_IN.decode(bound);
  return name.family === AF_INET && name.port === port &&
    formatIpv4(ipv4Address(name.address)) === address;
}
