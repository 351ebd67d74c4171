/**
 * A name that one process of a network namespace holds at a time, and that is free again when the
 * process has ended: the address of an abstract Unix socket, unix(7).
 *
 * @module
 */

import { SystemError } from "../c/errno.ts";
import { libc } from "../c/libc.ts";
import { insist } from "../c/system_call.ts";
import { abstractAddress } from "./abstract_datagram.ts";
import { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM } from "./kernel/kernel_numbers.ts";

/**
 * Takes the name.
 *
 * @returns What gives it back; undefined while another process holds it.
 * @throws {SystemError} The system gives no socket.
 */
export function lockAbstractName(name: string): Disposable | undefined {
  const address = abstractAddress(name);
  const { socket, bind, close } = libc();
  const open = () => socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const fd = insist("open a Unix socket", "socket", open);
  try {
    insist(`take the name "${name}"`, "bind", () => bind(fd, address, address.length));
  } catch (error) {
    close(fd);
    if (error instanceof SystemError && error.code === "EADDRINUSE") return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => void close(fd) };
}
