/**
 * A name that one process of a network namespace holds at a time, and that is free again when the process has ended:
 * the address of an abstract Unix socket, unix(7).
 *
 * @module
 */

import { SystemError } from "../c/errno.ts";
import { libc } from "../c/libc.ts";
import { abstractAddress } from "./abstract_datagram.ts";

// <sys/socket.h>
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x80000;

/**
 * Takes the name.
 *
 * @returns What gives it back; undefined while another process holds it.
 * @throws {SystemError} The system gives no socket.
 */
export function lockAbstractName(name: string): Disposable | undefined {
  const address = abstractAddress(name);
  const { socket, bind, close } = libc();
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw new SystemError("open a Unix socket", "socket");
  if (bind(fd, address, address.length) < 0) {
    const error = new SystemError(`take the name "${name}"`, "bind");
    close(fd);
    if (error.code === "EADDRINUSE") return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => void close(fd) };
}
