/**
 * The runtime's own event loop, as something to wait for.
 *
 * @module
 */

import { readSpecialFile } from "../c/special_file.ts";
import { handleOf, type WaitHandle } from "../waiting.ts";
import { openDescriptors, udpSocketsAt } from "./socket_options.ts";

/**
 * Finds the `epoll` in which the event loop of this thread waits: readable when a socket of Deno's
 * has something, a signal came, or another thread wants this one. It is the one that watches a
 * socket made here. Other threads have others, and the program that started this one may have left
 * its own open.
 *
 * @returns `undefined` if /proc does not say, or there are no descriptors left
 */
export function findEventLoop(): WaitHandle | undefined {
  let socket: Deno.DatagramConn | undefined;
  try {
    socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
    const [fd] = udpSocketsAt("0.0.0.0", (socket.addr as Deno.NetAddr).port);
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(fd!))![1];
    const found = openDescriptors().find((fd) =>
      linkOf(fd) === "anon_inode:[eventpoll]" && watches(fd, Number(inode))
    );
    return found === undefined ? undefined : handleOf(found);
  } catch {
    return undefined;
  } finally {
    socket?.close();
  }
}

/** What a descriptor of this process is; empty if it is not open any more. */
function linkOf(fd: number): string {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}

/** Whether an `epoll` watches the file with this number: see proc_pid_fdinfo(5). */
function watches(epoll: number, inode: number): boolean {
  const info = readSpecialFile(`/proc/self/fdinfo/${epoll}`);
  return new RegExp(`^tfd:.* ino:${inode.toString(16)}\\b`, "m").test(info);
}
