/**
 * Datagrams to Unix sockets whose names are not in the file system, which Deno does not support.
 *
 *     sockaddr_un   0  family (2)   2  a zero octet (1)   3  the name, to the end of the address
 *
 * unix(7), "abstract".
 *
 * @module
 */

import { libc } from "../c/libc.ts";
import { insist } from "../c/system_call.ts";
import type { DatagramSender } from "../datagram.ts";
import {
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
} from "./kernel/kernel_numbers.ts";

/** How many octets of a name a `sockaddr_un` has room for. */
const LONGEST_NAME = 107;

/**
 * Opens a socket for sending to the abstract address of this name.
 *
 * @throws {RangeError} no address has such a name
 * @throws {SystemError} the socket cannot be opened
 */
export function openAbstractDatagram(name: string): DatagramSender {
  const address = abstractAddress(name);
  const { socket, sendto, close } = libc();
  const fd = insist(
    "open a Unix socket",
    "socket",
    () => socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0),
  );
  const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  return {
    send: (message) =>
      void sendto(fd, message, BigInt(message.length), flags, address, address.length),
    close: () => void close(fd),
  };
}

/** A `sockaddr_un` of that name. */
export function abstractAddress(name: string): Uint8Array<ArrayBuffer> {
  const octets = new TextEncoder().encode(name);
  if (octets.length === 0 || octets.length > LONGEST_NAME) {
    throw new RangeError(`An abstract address has a name of 1 to ${LONGEST_NAME} octets`);
  }
  const address = new Uint8Array(3 + octets.length);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  address.set(octets, 3);
  return address;
}
