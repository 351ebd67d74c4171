/**
 * A name that one process of a network namespace holds at a time, and that is free again when the
 * process has ended: the address of an abstract Unix socket, unix(7).
 *
 * Every user may take any such name, so a process that finds it taken may ask for its holder. The socket
 * listens only for that: the kernel tells the other end of a connection whose it is.
 *
 * @module
 */

import { SystemError } from "../c/errno.ts";
import { libc } from "../c/libc.ts";
import { insist } from "../c/system_call.ts";
import { abstractAddress } from "./abstract_datagram.ts";
import { AF_UNIX, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from "./kernel/kernel_numbers.ts";
import { peerCredentials } from "./listening_process.ts";

/**
 * Connections that wait; none is accepted, and each stays until the holder ends, even if the process
 * that asked is gone. By default, the kernel allows no more: `net.core.somaxconn`.
 */
const BACKLOG = 4_096;

/**
 * Takes the name.
 *
 * @returns What gives it back; undefined while another process holds it.
 * @throws {SystemError} The system gives no socket.
 */
export function lockAbstractName(name: string): Disposable | undefined {
  const address = abstractAddress(name);
  const { socket, bind, listen, close } = libc();
  const open = () => socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const fd = insist("open a Unix socket", "socket", open);
  const attempt = `take the name "${name}"`;
  try {
    insist(attempt, "bind", () => bind(fd, address, address.length));
    insist(attempt, "listen", () => listen(fd, BACKLOG));
  } catch (error) {
    close(fd);
    if (error instanceof SystemError && error.code === "EADDRINUSE") return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => void close(fd) };
}

/**
 * The user whose process holds the name, by its number; undefined if nobody listens at it: then it
 * isn't a process that took the name here. `"unknown"` if the kernel doesn't say: every user may
 * connect until no further connection can wait.
 */
export function holderOfName(name: string): number | "unknown" | undefined {
  const address = abstractAddress(name);
  const { socket, connect, close } = libc();
  const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const fd = insist("open a Unix socket", "socket", () => socket(AF_UNIX, type, 0));
  const attempt = `ask for the holder of the name "${name}"`;
  try {
    insist(attempt, "connect", () => connect(fd, address, address.length));
    return peerCredentials(fd, attempt).user;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return error.code === "ECONNREFUSED" ? undefined : "unknown";
  } finally {
    close(fd);
  }
}
