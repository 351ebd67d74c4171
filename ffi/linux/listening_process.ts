/**
 * Whose a Unix socket is: `SO_PEERCRED` of unix(7), which the kernel fills in.
 *
 *     sockaddr_un   0  family (2)   2  the path, and a zero octet
 *
 * @module
 */

import { libc } from "../c/libc.ts";
import { allocateU32 } from "../c/socket_integer.ts";
import { cString } from "../c/struct.ts";
import { insist } from "../c/system_call.ts";
import {
  AF_UNIX,
  SO_PEERCRED,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "./kernel/kernel_numbers.ts";
import { UCRED } from "./kernel/kernel_structs.ts";

/** Octets of a path in a `sockaddr_un`, with the zero octet at its end. */
const PATH_SIZE = 108;

/**
 * The process that listens at a Unix socket; undefined if it is in a namespace of processes that
 * can't be seen from this one's.
 *
 * @throws {SystemError} nobody listens there, or this user may not connect
 */
export function listeningProcess(path: string): number | undefined {
  const attempt = `find out which process listens at ${path}`;
  const address = addressOf(path);
  const { socket, connect, close } = libc();
  // A connection to a Unix socket is there at once, or not at all.
  const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const fd = insist(attempt, "socket", () => socket(AF_UNIX, type, 0));
  try {
    insist(attempt, "connect", () => connect(fd, address, address.length));
    const { process } = peerCredentials(fd, attempt);
    return process > 0 ? process : undefined;
  } finally {
    close(fd);
  }
}

/**
 * The process and user that listen at the other end of a connection, as they were when they began.
 *
 * @param attempt what the connection is for, for messages
 * @throws {SystemError} the system refuses
 */
export function peerCredentials(
  fd: number,
  attempt: string,
): { readonly process: number; readonly user: number } {
  const credentials = UCRED.encode({});
  const length = allocateU32(UCRED.size);
  const { getsockopt } = libc();
  const ask = () => getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, length);
  insist(attempt, "getsockopt", ask);
  return UCRED.decode(credentials);
}

function addressOf(path: string): Uint8Array<ArrayBuffer> {
  const octets = cString(path);
  if (octets.length > PATH_SIZE) throw new RangeError("The path of a socket is not so long");
  const address = new Uint8Array(2 + octets.length);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  address.set(octets, 2);
  return address;
}
