/**
 * Talking to the kernel's routing tables (rtnetlink): requests and their answers.
 *
 * @module
 */

import { NETLINK_ROUTE, NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR } from "../kernel/kernel_numbers.ts";
import { type Answer, parseRejection } from "./netlink_answer.ts";
import { encodeMessage } from "./netlink_message.ts";
import { NetlinkSocket } from "./netlink_socket.ts";

export type { Answer } from "./netlink_answer.ts";

/** A socket to the kernel's routing tables. */
export class RouteNetlink {
  readonly #socket = new NetlinkSocket(NETLINK_ROUTE);
  #sequence = 0;

  /**
   * Sends one request and waits for its answer.
   *
   * @param type such as RTM_NEWADDR
   * @param flags in addition to "this is a request, acknowledge it"
   * @param parts the body and the attributes
   * @returns The first message that answered, or the kernel's refusal.
   * @throws {SystemError} When the socket itself fails.
   */
  request(type: number, flags: number, parts: Uint8Array[]): Answer {
    const sequence = ++this.#sequence;
    const header = { type, flags: flags | NLM_F_REQUEST | NLM_F_ACK, sequence };
    this.#socket.send(encodeMessage(header, parts));
    return this.#answer(sequence);
  }

  /** Closes the socket. May be repeated. */
  close(): void {
    this.#socket.close();
  }

  /** Collects what answers the request, up to its acknowledgement. */
  #answer(sequence: number): Answer {
    let payload = new Uint8Array();
    for (;;) {
      for (const message of this.#socket.receive()) {
        // An answer that came too late for an earlier request.
        if (message.sequence !== sequence) continue;
        if (message.type === NLMSG_ERROR) return parseRejection(message) ?? { ok: true, payload };
        payload = message.payload.slice();
      }
    }
  }
}
