/**
 * A netlink socket: messages to a part of the kernel, and its answers.
 *
 * @module
 */

import { type Libc, libc } from "../../c/libc.ts";
import { allocate, i32 } from "../../c/struct.ts";
import { insist } from "../../c/system_call.ts";
import {
  AF_NETLINK,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  SO_RCVTIMEO,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from "../kernel/kernel_numbers.ts";
import { TIMEVAL } from "../kernel/kernel_structs.ts";
import { type NetlinkMessage, parseMessages } from "./netlink_message.ts";

/**
 * The kernel answers before `sendto` returns: an answer that is not there by then was lost, and the
 * role must not stand still for it. In microseconds.
 */
const TIMEOUT = 200_000n;

/** A socket to one part of the kernel, such as its routing tables. */
export class NetlinkSocket {
  readonly #libc: Libc = libc();
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;
  readonly #buffer = allocate(32_768);

  /**
   * @param protocol such as NETLINK_ROUTE
   * @throws {SystemError} The kernel does not have this part, or gives no socket.
   */
  constructor(protocol: number) {
    const open = () => this.#libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    this.#fd = insist("open a netlink socket", "socket", open);
    const on = allocate(i32.size);
    i32.write(on, 0, 1);
    // Old kernels know neither; then answers are longer and say less.
    this.#libc.setsockopt(this.#fd, SOL_NETLINK, NETLINK_CAP_ACK, on, on.length);
    this.#libc.setsockopt(this.#fd, SOL_NETLINK, NETLINK_EXT_ACK, on, on.length);
    const timeout = TIMEVAL.encode({ microseconds: TIMEOUT });
    this.#libc.setsockopt(this.#fd, SOL_SOCKET, SO_RCVTIMEO, timeout, timeout.length);
  }

  /**
   * Sends one or more messages, which follow one another in `bytes`.
   *
   * @throws {SystemError} The socket fails.
   */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    const send = () => this.#libc.sendto(this.#fd, bytes, BigInt(bytes.length), 0, null, 0);
    insist("ask the kernel", "sendto", send);
  }

  /**
   * Waits for an answer, which may consist of several messages. They are valid until the next call.
   *
   * @throws {SystemError} None came in 0.2 s, or the socket fails.
   */
  receive(): NetlinkMessage[] {
    const size = BigInt(this.#buffer.length);
    const receive = () => this.#libc.recv(this.#fd, this.#buffer, size, 0);
    const length = insist("read the kernel's answer", "recv", receive);
    return parseMessages(this.#buffer.subarray(0, length));
  }

  /** Closes the socket. May be repeated. */
  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
  }
}
