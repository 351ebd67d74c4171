/**
 * Acknowledgements of netlink: an error message, whose number is 0 for success.
 *
 *     0             4                     20
 *     +-------------+---------------------+------------------------------+---------------+
 *     | i32 -errno  | header of request   | its payload, unless CAPPED   | attributes... |
 *     +-------------+---------------------+------------------------------+---------------+
 *
 * @module
 */

import { constants } from "node:os";
import { i32, roundUp, u32 } from "../../c/struct.ts";
import { NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSGERR_ATTR_MSG } from "../kernel/kernel_numbers.ts";
import { NLMSGHDR } from "../kernel/kernel_structs.ts";
import { type NetlinkMessage, parseAttributes } from "./netlink_message.ts";

/** What the kernel said to a request. */
export type Answer =
  | { readonly ok: true; readonly payload: Uint8Array }
  | Rejection;

/** A refusal, with the kernel's own words, which are empty if it has none. */
export interface Rejection {
  readonly ok: false;
  readonly errno: number;
  readonly explanation: string;
}

/**
 * Reads an acknowledgement. One that is cut off refuses, because it doesn't say that all went well.
 *
 * @returns Undefined for success.
 */
export function parseRejection({ payload, flags }: NetlinkMessage): Rejection | undefined {
  if (payload.length < i32.size) {
    return { ok: false, errno: constants.errno.EBADMSG, explanation: "" };
  }
  const number = -i32.read(payload, 0);
  return number === 0
    ? undefined
    : { ok: false, errno: number, explanation: explain(payload, flags) };
}

function explain(error: Uint8Array, flags: number): string {
  if ((flags & NLM_F_ACK_TLVS) === 0 || error.length < i32.size + NLMSGHDR.size) return "";
  const quoted = (flags & NLM_F_CAPPED) === 0
    ? roundUp(u32.read(error, i32.size + NLMSGHDR.offset.length), 4)
    : NLMSGHDR.size;
  const words = parseAttributes(error.subarray(i32.size + quoted)).get(NLMSGERR_ATTR_MSG);
  return words === undefined ? "" : new TextDecoder().decode(words).replace(/\0.*$/s, "");
}
