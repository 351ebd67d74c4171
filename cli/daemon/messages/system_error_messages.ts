/**
 * System calls that failed, in plain words.
 *
 * @module
 */

import type { ErrnoName } from "../../../ffi/c/errno.ts";
import type { SystemErrorNews } from "../../../io/system_errors.ts";
import type { Message } from "./message.ts";

/** What a call does, to be read after "Cannot", and what is counted when it fails. */
interface Call {
  readonly attempt: string;
  readonly consequence: (count: number) => string;
}

const SENDING: Call = { attempt: "send datagrams", consequence: (count) => `${count} lost` };
const RECEIVING: Call = { attempt: "receive datagrams", consequence: tries };

const CALLS: Readonly<Record<string, Call>> = {
  send: SENDING,
  sendmmsg: SENDING,
  receive: RECEIVING,
  recvmmsg: RECEIVING,
  sendto: {
    attempt: "send packets to the IPv6 Internet",
    consequence: (count) => `${count} lost`,
  },
  write: {
    attempt: "hand packets to the interface",
    consequence: (count) => `${count} lost`,
  },
  read: { attempt: "read packets from the interface", consequence: tries },
  recv: { attempt: "learn of changes to the network", consequence: tries },
  poll: { attempt: "wait for packets", consequence: tries },
};

/** What an error means, and what to do. Others have only their name. */
const MEANINGS: Readonly<Partial<Record<ErrnoName, string>>> = {
  ENOBUFS:
    "a network interface's queue is full or its driver in trouble; see ip -s link, and send less",
  ENOMEM: "the kernel has no memory left for it; see dmesg, and the limits of the container",
  EPERM: "a firewall of this host, or a sandbox, forbids it; see its rules for outgoing packets",
  EACCES: "a firewall of this host, or a sandbox, forbids it; see its rules for outgoing packets",
  ENETUNREACH: "no route leads there; see ip route",
  EHOSTUNREACH: "the destination, or the router to it, does not answer; see ip neigh",
  ENETDOWN: "the network interface is down; see ip link",
  EMSGSIZE: "the network interface takes only shorter ones; see the MTU in ip link",
  EINVAL: "the kernel does not accept the addresses; see ip address",
  EIO: "a device is down or in trouble; see ip link and dmesg",
};

/** A call that failed, as a line for the log. */
export function describeSystemError({ call, code, count }: SystemErrorNews): Message {
  const { attempt, consequence } = CALLS[call] ?? { attempt: `call ${call}`, consequence: tries };
  const meaning = MEANINGS[code];
  const why = meaning === undefined ? "" : `: ${meaning}`;
  return {
    level: "warn",
    text: `Cannot ${attempt} (${call}: ${code}), ${consequence(count)}${why}. Trying again`,
  };
}

function tries(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
