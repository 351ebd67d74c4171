/**
 * Talking to the kernel's routing tables (rtnetlink): requests and their answers.
 *
 * @module
 */
import { errno, SystemError } from "../c/errno.ts";
import { type Libc, libc } from "../c/libc.ts";
import { encodeMessage, parseAttributes, parseMessages } from "./netlink_message.ts";
import { allocate, i32, roundUp, u32 } from "../c/struct.ts";
import { NLMSGHDR, TIMEVAL } from "./structs.ts";

// <sys/socket.h>
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;

// <linux/netlink.h>
const NETLINK_ROUTE = 0;
const SOL_NETLINK = 270;
/** Do not quote the whole request in its answer. */
const NETLINK_CAP_ACK = 10;
/** Say in words what is wrong with a request. */
const NETLINK_EXT_ACK = 11;
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;
const NLMSG_ERROR = 2;
const NLMSGERR_ATTR_MSG = 1;

/** The kernel answers before `sendto` returns: one that has not by then will not. In seconds. */
const PATIENCE = 2n;

/** What the kernel said to a request. */
export type Answer =
  | { readonly ok: true; readonly payload: Uint8Array }
  | { readonly ok: false; readonly errno: number; readonly explanation: string };

/** A socket to the kernel's routing tables. */
export class RouteNetlink {
  readonly #libc: Libc = libc();
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;
  readonly #buffer = allocate(16384);
  #sequence = 0;

  constructor() {
    this.#fd = this.#libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (this.#fd < 0) throw new SystemError("open a netlink socket", "socket");
    const on = allocate(i32.size);
    i32.write(on, 0, 1);
    // Old kernels know neither; then answers are longer and say less.
    this.#libc.setsockopt(this.#fd, SOL_NETLINK, NETLINK_CAP_ACK, on, on.length);
    this.#libc.setsockopt(this.#fd, SOL_NETLINK, NETLINK_EXT_ACK, on, on.length);
    const patience = TIMEVAL.encode({ seconds: PATIENCE });
    this.#libc.setsockopt(this.#fd, SOL_SOCKET, SO_RCVTIMEO, patience, patience.length);
  }

  /**
   * Sends one request and waits for its answer.
   *
   * @param type Such as RTM_NEWADDR.
   * @param flags In addition to "this is a request, acknowledge it".
   * @param parts The body and the attributes.
   * @returns The first message that answered, or the kernel's refusal.
   * @throws {SystemError} When the socket itself fails.
   */
  request(type: number, flags: number, parts: Uint8Array[]): Answer {
    const sequence = ++this.#sequence;
    const header = { type, flags: flags | NLM_F_REQUEST | NLM_F_ACK, sequence };
    const message = encodeMessage(header, parts);
    const sent = this.#libc.sendto(this.#fd, message, BigInt(message.length), 0, null, 0);
    if (sent < 0) throw new SystemError("ask the kernel", "sendto");
    return this.#answer(sequence);
  }

  /** Closes the socket. May be repeated. */
  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
  }

  /** Collects what answers the request, up to its acknowledgement. */
  #answer(sequence: number): Answer {
    let payload = new Uint8Array();
    for (;;) {
      for (const message of parseMessages(this.#receive())) {
        // An answer that came too late for an earlier request.
        if (message.sequence !== sequence) continue;
        if (message.type !== NLMSG_ERROR) payload = message.payload.slice();
        else return conclude(message.payload, message.flags, payload);
      }
    }
  }

  #receive(): Uint8Array {
    const length = this.#libc.recv(this.#fd, this.#buffer, BigInt(this.#buffer.length), 0);
    if (length < 0) throw new SystemError("hear from the kernel", "recv", errno());
    return this.#buffer.subarray(0, length);
  }
}

/**
 * Reads an acknowledgement, which is an error message with the number 0.
 *
 *     0             4                     20
 *     +-------------+---------------------+------------------------------+---------------+
 *     | i32 -errno  | header of request   | its payload, unless CAPPED   | attributes... |
 *     +-------------+---------------------+------------------------------+---------------+
 */
function conclude(error: Uint8Array, flags: number, payload: Uint8Array): Answer {
  const number = -i32.read(error, 0);
  if (number === 0) return { ok: true, payload };
  return { ok: false, errno: number, explanation: explain(error, flags) };
}

/** The kernel's own words for what is wrong, empty when it has none. */
function explain(error: Uint8Array, flags: number): string {
  if ((flags & NLM_F_ACK_TLVS) === 0) return "";
  const quoted = (flags & NLM_F_CAPPED) === 0
    ? roundUp(u32.read(error, i32.size + NLMSGHDR.offset.length), 4)
    : NLMSGHDR.size;
  const words = parseAttributes(error.subarray(i32.size + quoted)).get(NLMSGERR_ATTR_MSG);
  return words === undefined ? "" : new TextDecoder().decode(words).replace(/\0.*$/s, "");
}
