/**
 * A netlink socket: messages to a part of the kernel, and its answers.
 *
 * @module
 */

import { SystemError } from "../c/errno.ts";
import { type Libc, libc } from "../c/libc.ts";
import { allocate, i32 } from "../c/struct.ts";
import { type NetlinkMessage, parseMessages } from "./netlink_message.ts";
import { TIMEVAL } from "./structs.ts";

// <sys/socket.h>
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;

// <linux/netlink.h>
const SOL_NETLINK = 270;
/** Do not quote the whole request in its answer. */
const NETLINK_CAP_ACK = 10;
/** Say in words what is wrong with a request. */
const NETLINK_EXT_ACK = 11;

/** The kernel answers before `sendto` returns: an answer that is not there by then never comes. In seconds. */
const TIMEOUT = 2n;

/** A socket to one part of the kernel, such as its routing tables. */
export class NetlinkSocket {
  readonly #libc: Libc = libc();
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;
  readonly #buffer = allocate(32_768);

  /**
   * @param protocol Such as NETLINK_ROUTE.
   * @throws {SystemError} The kernel does not have this part, or gives no socket.
   */
  constructor(protocol: number) {
    this.#fd = this.#libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (this.#fd < 0) throw new SystemError("open a netlink socket", "socket");
    const on = allocate(i32.size);
    i32.write(on, 0, 1);
    // Old kernels know neither; then answers are longer and say less.
    this.#libc.setsockopt(this.#fd, SOL_NETLINK, NETLINK_CAP_ACK, on, on.length);
    this.#libc.setsockopt(this.#fd, SOL_NETLINK, NETLINK_EXT_ACK, on, on.length);
    const timeout = TIMEVAL.encode({ seconds: TIMEOUT });
    this.#libc.setsockopt(this.#fd, SOL_SOCKET, SO_RCVTIMEO, timeout, timeout.length);
  }

  /**
   * Sends one or more messages, which stand one behind the other in `bytes`.
   *
   * @throws {SystemError} The socket fails.
   */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    const sent = this.#libc.sendto(this.#fd, bytes, BigInt(bytes.length), 0, null, 0);
    if (sent < 0) throw new SystemError("ask the kernel", "sendto");
  }

  /**
   * Waits for an answer, which may consist of several messages. They are valid until the next call.
   *
   * @throws {SystemError} None came in two seconds, or the socket fails.
   */
  receive(): NetlinkMessage[] {
    const length = this.#libc.recv(this.#fd, this.#buffer, BigInt(this.#buffer.length), 0);
    if (length < 0) throw new SystemError("read the kernel's answer", "recv");
    return parseMessages(this.#buffer.subarray(0, length));
  }

  /** Closes the socket. May be repeated. */
  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
  }
}
