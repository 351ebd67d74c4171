/**
 * Settings of sockets: fragmentation, and the sizes of buffers.
 *
 * @module
 */

import { getInteger, setInteger } from "../../c/socket_integer.ts";
import {
  IP_MTU_DISCOVER,
  IP_PMTUDISC_DONT,
  IPPROTO_IP,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SOL_SOCKET,
} from "./kernel_numbers.ts";

/** Lets routers fragment what the socket sends. False if the kernel refuses. */
export function allowFragmentation(fd: number): boolean {
  return setInteger(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
}

/**
 * Asks for a receive buffer of `octets`. Returns the size that the kernel granted, by its own count;
 * 0 if it granted nothing.
 */
export function growReceiveBuffer(fd: number, octets: number): number {
  return grow(fd, SO_RCVBUFFORCE, SO_RCVBUF, octets);
}

/**
 * Asks for a send buffer of `octets`. Returns the size granted, as the kernel counts; 0 if there is
 * none.
 */
export function growSendBuffer(fd: number, octets: number): number {
  return grow(fd, SO_SNDBUFFORCE, SO_SNDBUF, octets);
}

function grow(fd: number, force: number, option: number, octets: number): number {
  setInteger(fd, SOL_SOCKET, force, octets) || setInteger(fd, SOL_SOCKET, option, octets);
  return getInteger(fd, SOL_SOCKET, option) ?? 0;
}
