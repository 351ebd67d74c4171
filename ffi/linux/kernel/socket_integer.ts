/**
 * Options of a socket that are one `int`, by descriptor.
 *
 * @module
 */

import { libc } from "../../c/libc.ts";
import { allocate, u32 } from "../../c/struct.ts";
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

const INT_SIZE = 4;

/** The value of an option; undefined if the descriptor isn't a socket or is gone. */
export function getInteger(fd: number, level: number, option: number): number | undefined {
  const value = allocate(INT_SIZE);
  const failed = libc().getsockopt(fd, level, option, value, allocateU32(INT_SIZE)) < 0;
  return failed ? undefined : u32.read(value, 0);
}

/** Sets an option. False if the kernel refuses. */
export function setInteger(fd: number, level: number, option: number, value: number): boolean {
  return libc().setsockopt(fd, level, option, allocateU32(value), INT_SIZE) === 0;
}

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

/** A number in newly allocated memory, for parameters that C takes by address. */
export function allocateU32(value: number): Uint8Array<ArrayBuffer> {
  const box = allocate(INT_SIZE);
  u32.write(box, 0, value);
  return box;
}
