/**
 * Talking to nf_tables: questions, and batches of changes that take effect together or not at all.
 *
 * @module
 */

import { concatOctets } from "../../../memory/octets.ts";
import {
  NETLINK_NETFILTER,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from "../kernel/kernel_numbers.ts";
import { NFGENMSG } from "../kernel/kernel_structs.ts";
import { type Answer, parseRejection, type Rejection } from "../netlink/netlink_answer.ts";
import { encodeMessage } from "../netlink/netlink_message.ts";
import { NetlinkSocket } from "../netlink/netlink_socket.ts";
import { BATCH, FAMILY, SUBSYSTEM } from "./numbers.ts";
import type { TableMessage } from "./table.ts";

/** What the kernel refused, and why. Nothing of the batch took effect. */
export interface BatchRejection extends Rejection {
  /** Undefined if the kernel refused the batch as a whole. */
  readonly message: TableMessage | undefined;
}

/** A socket to nf_tables. Closing it removes the tables that it owns. */
export class NfTablesNetlink {
  readonly #socket = new NetlinkSocket(NETLINK_NETFILTER);
  #sequence = 0;

  /** Asks for one thing, such as a table by its name. The answer holds its attributes. */
  ask(type: number, attributes: Uint8Array[]): Answer {
    const sequence = ++this.#sequence;
    this.#socket.send(encode(type, NLM_F_REQUEST | NLM_F_ACK, sequence, attributes));
    let payload = new Uint8Array();
    for (;;) {
      for (const message of this.#socket.receive()) {
        if (message.sequence !== sequence) continue;
        if (message.type === NLMSG_ERROR) return parseRejection(message) ?? { ok: true, payload };
        payload = message.payload.slice(NFGENMSG.size);
      }
    }
  }

  /**
   * Asks for all things of a kind in the tables of a family. The answer holds the attributes of
   * each; it is empty if the kernel refused.
   */
  list(type: number, attributes: Uint8Array[], family: number = FAMILY.ip6): Uint8Array[] {
    const sequence = ++this.#sequence;
    this.#socket.send(encode(type, NLM_F_REQUEST | NLM_F_DUMP, sequence, attributes, family));
    const found: Uint8Array[] = [];
    for (;;) {
      for (const message of this.#socket.receive()) {
        if (message.sequence !== sequence) continue;
        if (message.type === NLMSG_ERROR) return [];
        if (message.type === NLMSG_DONE) return found;
        found.push(message.payload.slice(NFGENMSG.size));
      }
    }
  }

  /**
   * Makes changes, all of them or none.
   *
   * @returns Undefined once they have taken effect.
   */
  change(messages: readonly TableMessage[]): BatchRejection | undefined {
    const first = ++this.#sequence;
    const last = messages.length - 1;
    this.#socket.send(concatOctets(
      encodeBatchMark(BATCH.BEGIN, first),
      ...messages.map(({ type, flags, attributes }, i) => {
        // What is refused is answered anyway, and in order.
        const all = NLM_F_REQUEST | flags | (i === last ? NLM_F_ACK : 0);
        return encode(type, all, ++this.#sequence, attributes);
      }),
      encodeBatchMark(BATCH.END, ++this.#sequence),
    ));
    for (;;) {
      for (const answer of this.#socket.receive()) {
        const position = answer.sequence - first;
        if (position < 0 || answer.type !== NLMSG_ERROR) continue;
        const rejection = parseRejection(answer);
        return rejection && { ...rejection, message: messages[position - 1] };
      }
    }
  }

  /** Closes the socket. May be repeated. */
  close(): void {
    this.#socket.close();
  }
}

function encode(
  type: number,
  flags: number,
  sequence: number,
  attributes: Uint8Array[],
  family: number = FAMILY.ip6,
): Uint8Array<ArrayBuffer> {
  const header = { type: SUBSYSTEM << 8 | type, flags, sequence };
  return encodeMessage(header, [NFGENMSG.encode({ family }), ...attributes]);
}

/** The beginning or end of a batch, which names the part of the kernel that it is for. */
function encodeBatchMark(type: number, sequence: number): Uint8Array<ArrayBuffer> {
  const header = { type, flags: NLM_F_REQUEST, sequence };
  return encodeMessage(header, [NFGENMSG.encode({ resource: SUBSYSTEM })]);
}
