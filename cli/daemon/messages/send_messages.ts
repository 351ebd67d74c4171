/**
 * What to say when this host cannot send anything.
 *
 * @module
 */

import type { SendTrouble } from "../../../io/udp/send_watch.ts";
import type { Message } from "./message.ts";

const REASONS: Readonly<Record<SendTrouble, string>> = {
  ENETUNREACH: "network is unreachable",
  ENETDOWN: "network is down",
  EHOSTUNREACH: "no route to the destination",
  EPERM: "a firewall of this host forbids it",
};

/** "cannot send: network is unreachable". */
export function describeTrouble(trouble: SendTrouble): string {
  return `cannot send: ${REASONS[trouble]}`;
}

/** The trouble, or its end, as a line for the log. */
export function describeSending(trouble: SendTrouble | undefined): Message {
  return trouble === undefined ? { level: "info", text: "Sending works again" } : {
    level: "warn",
    text: `This host ${describeTrouble(trouble)}. Check its addresses, routes and firewall`,
  };
}
