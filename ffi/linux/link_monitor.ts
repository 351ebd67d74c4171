/**
 * What Linux reports of its network, by the multicast groups of rtnetlink.
 *
 * @module
 */

import { type ErrnoName, errnoName, SystemError } from "../c/errno.ts";
import { errno, type Libc, libc } from "../c/libc.ts";
import { allocate } from "../c/struct.ts";
import { insist } from "../c/system_call.ts";
import { GatheredNews, InterfaceFacts, type Report } from "../interface_facts.ts";
import type { LinkMonitor, NetworkNews } from "../link_monitor.ts";
import { handleOf, type WaitHandle } from "../waiting.ts";
import {
  AF_NETLINK,
  IFA_ADDRESS,
  IFA_F_TENTATIVE,
  IFF_LOWER_UP,
  IFF_UP,
  NETCONFA_IFINDEX,
  NETCONFA_IFINDEX_ALL,
  NETLINK_ROUTE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTA_GATEWAY,
  RTA_OIF,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELROUTE,
  RTM_DELRULE,
  RTM_F_CLONED,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNETCONF,
  RTM_NEWROUTE,
  RTM_NEWRULE,
  RTMGRP_IPV4_IFADDR,
  RTMGRP_IPV4_ROUTE,
  RTMGRP_IPV4_RULE,
  RTMGRP_IPV6_IFADDR,
  RTMGRP_IPV6_NETCONF,
  RTMGRP_IPV6_ROUTE,
  RTMGRP_IPV6_RULE,
  RTMGRP_LINK,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
} from "./kernel/kernel_numbers.ts";
import { IFADDRMSG, IFINFOMSG, NETCONFMSG, RTMSG, SOCKADDR_NL } from "./kernel/kernel_structs.ts";
import {
  type NetlinkMessage,
  numberIn,
  parseAttributes,
  parseMessages,
} from "./netlink/netlink_message.ts";

const GROUPS = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_RULE |
  RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE | RTMGRP_IPV6_RULE | RTMGRP_IPV6_NETCONF;

/**
 * Default routes, and those to half or an eighth of all addresses that stand for one: 0/1,
 * 2000::/3.
 */
const LONGEST_DEFAULT = 3;

/** Messages read at once, at most: other sources of a poller get their turn. */
const PASS = 1_000;

const ATTEMPT = "learn of changes to the network";

const NOTHING = new Uint8Array(0);

/** A monitor of Linux. See {@linkcode LinkMonitor} for the contract. */
export class LinuxLinkMonitor implements LinkMonitor {
  /** IPv6 that is switched off takes the addresses along, and MTU and state are those of the link. */
  readonly reportsAll = true;
  readonly #libc: Libc = libc();
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;
  readonly #buffer = allocate(65_536);
  readonly #facts: InterfaceFacts;
  /** Reports may have been lost when reading failed. */
  #hasMissed = false;

  /** @param own the index of this program's interface */
  constructor(own: number | undefined) {
    this.#facts = new InterfaceFacts(own);
    const { socket, bind } = this.#libc;
    const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const open = () => socket(AF_NETLINK, type, NETLINK_ROUTE);
    this.#fd = insist("open a netlink socket", "socket", open);
    const address = SOCKADDR_NL.encode({ family: AF_NETLINK, groups: GROUPS });
    try {
      insist(ATTEMPT, "bind", () => bind(this.#fd, address, address.length));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get handle(): WaitHandle {
    return handleOf(this.#fd);
  }

  read(): NetworkNews | undefined {
    const news = new GatheredNews();
    news.isVague = this.#hasMissed;
    this.#hasMissed = false;
    let suspected: ErrnoName | undefined;
    for (let i = 0; i < PASS; i++) {
      const length = this.#libc.recv(this.#fd, this.#buffer, BigInt(this.#buffer.length), 0);
      if (length >= 0) {
        for (const message of parseMessages(this.#buffer.subarray(0, length))) {
          const report = parseReport(message);
          if (report !== undefined) this.#facts.learn(report, news);
        }
        suspected = undefined;
        continue;
      }
      const number = errno();
      const code = errnoName(number);
      if (code === "EAGAIN") return news.any;
      // The kernel had more to report than fits: some of it was news.
      if (code === "ENOBUFS") news.isVague = true;
      // An error counts if asking again gives it once more; see `errno`.
      if (code === suspected) {
        this.#hasMissed = true;
        throw new SystemError(ATTEMPT, "recv", number);
      }
      suspected = code;
    }
    return news.any;
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
  }
}

/** What a message says, unless it does not matter. */
export function parseReport({ type, payload }: NetlinkMessage): Report | undefined {
  switch (type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return payload.length < IFINFOMSG.size ? undefined : parseLink(type, payload);
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return payload.length < IFADDRMSG.size ? undefined : parseAddress(type, payload);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      return payload.length < RTMSG.size ? undefined : parseRoute(type, payload);
    case RTM_NEWRULE:
    case RTM_DELRULE:
      return { isRouting: true, index: 0, fact: undefined };
    case RTM_NEWNETCONF:
      return payload.length < NETCONFMSG.size ? undefined : parseSettings(payload);
    default:
      return undefined;
  }
}

function parseLink(type: number, payload: Uint8Array): Report {
  const { index, flags } = IFINFOMSG.decode(payload);
  const isUp = (flags & IFF_UP) !== 0 && (flags & IFF_LOWER_UP) !== 0;
  const holds = type === RTM_NEWLINK && isUp;
  return { isRouting: false, index, fact: { about: "link", octets: NOTHING, detail: "", holds } };
}

function parseAddress(type: number, payload: Uint8Array): Report {
  const { index, flags, prefixLength } = IFADDRMSG.decode(payload);
  const octets = parseAttributes(payload.subarray(IFADDRMSG.size)).get(IFA_ADDRESS) ?? NOTHING;
  const holds = type === RTM_NEWADDR && (flags & IFA_F_TENTATIVE) === 0;
  const fact = { about: "address", octets, detail: `${prefixLength}`, holds } as const;
  return { isRouting: false, index, fact };
}

function parseRoute(type: number, payload: Uint8Array): Report | undefined {
  const { family, destinationLength, table, flags } = RTMSG.decode(payload);
  if (table === RT_TABLE_LOCAL || (flags & RTM_F_CLONED) !== 0) return undefined;
  const attributes = parseAttributes(payload.subarray(RTMSG.size));
  const index = numberIn(attributes.get(RTA_OIF)) ?? 0;
  if (table !== RT_TABLE_MAIN || destinationLength > LONGEST_DEFAULT) {
    return { isRouting: true, index, fact: undefined };
  }
  const octets = attributes.get(RTA_GATEWAY) ?? NOTHING;
  const detail = `${family} ${destinationLength}`;
  const holds = type === RTM_NEWROUTE;
  return { isRouting: true, index, fact: { about: "route", octets, detail, holds } };
}

/** The settings of the host, such as whether it forwards. Those of one interface are not asked. */
function parseSettings(payload: Uint8Array): Report | undefined {
  const attributes = parseAttributes(payload.subarray(NETCONFMSG.size));
  const index = numberIn(attributes.get(NETCONFA_IFINDEX));
  if (index !== (NETCONFA_IFINDEX_ALL >>> 0)) return undefined;
  return { isRouting: true, index: 0, fact: undefined };
}
