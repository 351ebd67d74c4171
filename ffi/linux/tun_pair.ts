/**
 * Two ends that packets pass between as they do between the kernel and a TUN interface, without an
 * interface: a pair of Unix sockets.
 *
 * @module
 */

import { libc } from "../c/libc.ts";
import { insist } from "../c/system_call.ts";
import type { Tun, TunPairOptions } from "../tun.ts";
import { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK } from "./kernel/kernel_numbers.ts";
import { LinuxTun } from "./tun.ts";

/**
 * Makes both ends. What is written to one is read from the other, as it is.
 *
 * @throws {SystemError} the kernel gives no sockets
 */
export function openLinuxTunPair({ offload }: TunPairOptions): [Tun, Tun] {
  const ends = new Int32Array(2);
  const type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const bytes = new Uint8Array(ends.buffer);
  insist("open a pair of sockets", "socketpair", () => libc().socketpair(AF_UNIX, type, 0, bytes));
  const facts = { name: "", index: 0, offload };
  return [new LinuxTun(ends[0]!, facts), new LinuxTun(ends[1]!, facts)];
}
