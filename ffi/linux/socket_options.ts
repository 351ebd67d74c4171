/**
 * Options of sockets that Deno opened and lets nobody set.
 *
 * Deno does not tell the descriptor of a UDP socket. But a socket knows its own address, so the one bound to
 * a given address and port is found by asking every descriptor of this process. No other process is touched,
 * and no socket with another address.
 *
 * On systems other than Linux these functions do nothing and say so by what they return.
 *
 * @module
 */
import { formatIpv4, ipv4Address } from "../../wire/ipv4_address.ts";
import { libc } from "../c/libc.ts";
import {
  dontFragmentOff,
  getInteger,
  growReceiveBuffer,
  setInteger,
  u32Box,
} from "./socket_integer.ts";
import { allocate } from "../c/struct.ts";
import { SOCKADDR_IN } from "./structs.ts";

// <sys/socket.h>
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_TYPE = 3;

// <netinet/in.h>
const IPPROTO_IP = 0;
const IP_MULTICAST_TTL = 33;
const IP_MULTICAST_LOOP = 34;

/**
 * Lets routers fragment what the UDP socket bound to `address` and `port` sends: clears the DF bit that Linux
 * sets by default.
 *
 * RFC 4380 §5.1.1 has Teredo packets of up to 1280 octets plus headers cross any IPv4 path; with DF set, and
 * the ICMP errors of a NAT lost, larger packets would vanish on paths with a small MTU.
 *
 * @param address The local address in dotted form, as `addr.hostname` of the socket tells it.
 * @param port The local port.
 * @returns Whether a socket was found and changed.
 */
export function clearDontFragment(address: string, port: number): boolean {
  const sockets = udpSocketsAt(address, port);
  return sockets.length > 0 && sockets.every(dontFragmentOff);
}

/**
 * Asks for a receive buffer of `octets` for the UDP socket bound to `address` and `port`, so that a burst waits
 * rather than gets lost.
 *
 * @returns The size granted in octets as the kernel counts, bookkeeping included (about twice what was asked
 * for); 0 when there is no such socket.
 */
export function setReceiveBuffer(address: string, port: number, octets: number): number {
  let granted = 0;
  for (const fd of udpSocketsAt(address, port)) granted = growReceiveBuffer(fd, octets);
  return granted;
}

/**
 * Keeps what the UDP socket bound to `address` and `port` sends to multicast groups on the link, and from
 * coming back to this host.
 *
 * @returns Whether a socket was found and changed.
 */
export function keepMulticastOnLink(address: string, port: number): boolean {
  const sockets = udpSocketsAt(address, port);
  return sockets.length > 0 &&
    sockets.every((fd) =>
      setInteger(fd, IPPROTO_IP, IP_MULTICAST_TTL, 1) &&
      setInteger(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0)
    );
}

/** The descriptors of this process that are IPv4 UDP sockets bound to exactly this address and port. */
function udpSocketsAt(address: string, port: number): number[] {
  if (Deno.build.os !== "linux") return [];
  return openDescriptors().filter((fd) =>
    getInteger(fd, SOL_SOCKET, SO_TYPE) === SOCK_DGRAM && isBoundTo(fd, address, port)
  );
}

function openDescriptors(): number[] {
  return [...Deno.readDirSync("/proc/self/fd")].map((entry) => Number(entry.name));
}

function isBoundTo(fd: number, address: string, port: number): boolean {
  const bound = allocate(SOCKADDR_IN.size);
  const length = u32Box(bound.length);
  if (libc().getsockname(fd, bound, length) < 0) return false;
  const name = SOCKADDR_IN.decode(bound);
  return name.family === AF_INET && name.port === port &&
    formatIpv4(ipv4Address(name.address)) === address;
}
