/**
 * What Linux tells of its network, by the multicast groups of rtnetlink.
 *
 * The kernel repeats itself: each router advertisement renews addresses and routes, and a wireless
 * link speaks up for every change of its signal. So a monitor keeps what it was told as facts, and only
 * a fact that comes or goes is news.
 *
 * @module
 */
import { type ErrnoName, errnoName, SystemError } from "../c/errno.ts";
import type { LinkMonitor, OwnInterface } from "../link_monitor.ts";
import { handleOf, type WaitHandle } from "../waiting.ts";
import { errno, type Libc, libc } from "../c/libc.ts";
import { insist } from "../c/system_call.ts";
import { type NetlinkMessage, parseAttributes, parseMessages } from "./netlink_message.ts";
import { allocate, u32 } from "../c/struct.ts";
import { IFADDRMSG, IFINFOMSG, RTMSG, SOCKADDR_NL } from "./kernel_structs.ts";
import {
  AF_NETLINK,
  IFA_ADDRESS,
  IFA_F_TENTATIVE,
  IFF_LOWER_UP,
  IFF_UP,
  NETLINK_ROUTE,
  RT_TABLE_MAIN,
  RTA_GATEWAY,
  RTA_OIF,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELROUTE,
  RTM_F_CLONED,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWROUTE,
  RTMGRP_IPV4_IFADDR,
  RTMGRP_IPV4_ROUTE,
  RTMGRP_IPV6_IFADDR,
  RTMGRP_IPV6_ROUTE,
  RTMGRP_LINK,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
} from "./kernel_numbers.ts";

// <linux/netlink.h>, <linux/rtnetlink.h>
const GROUPS = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR |
  RTMGRP_IPV6_ROUTE;

/** Default routes, and those to half or an eighth of all addresses that stand for one: 0/1, 2000::/3. */
const LONGEST_DEFAULT = 3;

/** Facts beyond this number are forgotten: a host has dozens. */
const MAX_FACTS = 10_000;

/** Messages read at once, at most: other sources of a poller get their turn. */
const PASS = 1_000;

const ATTEMPT = "learn of changes to the network";

/** Something about an interface that holds or does not. */
interface Fact {
  readonly about: "link" | "address" | "route";
  /** The interface's index; 0 for a route through several or none. */
  readonly index: number;
  /** What it is about, in octets: an address or a gateway. */
  readonly octets: Uint8Array;
  /** What else tells it from others. */
  readonly detail: string;
  readonly holds: boolean;
}

const NOTHING = new Uint8Array(0);

/** A monitor of Linux. See {@linkcode LinkMonitor} for the contract. */
export class LinuxLinkMonitor implements LinkMonitor {
  readonly #libc: Libc = libc();
  /** -1 once closed: the number may soon be another file's. */
  #fd: number;
  readonly #own: OwnInterface | undefined;
  #isOwnUp = true;
  readonly #buffer = allocate(65_536);
  /** Facts by name, and whether they held when they were last told. */
  readonly #facts = new Map<string, boolean>();

  constructor(own: OwnInterface | undefined) {
    this.#own = own;
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

  read(): boolean {
    let isNews = false;
    let suspected: ErrnoName | undefined;
    for (let i = 0; i < PASS; i++) {
      const length = this.#libc.recv(this.#fd, this.#buffer, BigInt(this.#buffer.length), 0);
      if (length >= 0) {
        for (const message of parseMessages(this.#buffer.subarray(0, length))) {
          if (this.#learn(message)) isNews = true;
        }
        continue;
      }
      const number = errno();
      const code = errnoName(number);
      switch (code) {
        case "EAGAIN":
          return isNews;
        case "EINTR":
          continue;
        case "ENOBUFS":
          // The kernel had more to report than fits: some of it was news.
          isNews = true;
          continue;
        default:
          // An error counts when asking again gives it once more; see `errno`.
          if (code === suspected) throw new SystemError(ATTEMPT, "recv", number);
          suspected = code;
      }
    }
    return isNews;
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
  }

  #learn(message: NetlinkMessage): boolean {
    const fact = factOf(message);
    if (fact === undefined) return false;
    if (fact.index === this.#own?.index) {
      this.#tell(this.#own, fact);
      return false;
    }
    const { about, index, octets, detail, holds } = fact;
    const name = `${about} ${index} ${octets.toHex()} ${detail}`;
    if (this.#facts.get(name) === holds) return false;
    if (this.#facts.size >= MAX_FACTS) this.#facts.clear();
    this.#facts.set(name, holds);
    return true;
  }

  /** The kernel tells that a link is down before it takes its addresses. */
  #tell({ onNews }: OwnInterface, { about, octets, holds }: Fact): void {
    if (about === "link" && holds !== this.#isOwnUp) {
      this.#isOwnUp = holds;
      onNews({ type: holds ? "up" : "down" });
    } else if (about === "address" && !holds && this.#isOwnUp) {
      onNews({ type: "address_lost", address: octets.slice() });
    }
  }
}

/** What a message says, unless it is of no importance. */
function factOf({ type, payload }: NetlinkMessage): Fact | undefined {
  switch (type) {
    case RTM_NEWLINK:
    case RTM_DELLINK: {
      if (payload.length < IFINFOMSG.size) return undefined;
      const { index, flags } = IFINFOMSG.decode(payload);
      const isUp = (flags & IFF_UP) !== 0 && (flags & IFF_LOWER_UP) !== 0;
      const holds = type === RTM_NEWLINK && isUp;
      return { about: "link", index, octets: NOTHING, detail: "", holds };
    }
    case RTM_NEWADDR:
    case RTM_DELADDR: {
      if (payload.length < IFADDRMSG.size) return undefined;
      const { index, flags, prefixLength } = IFADDRMSG.decode(payload);
      const attributes = parseAttributes(payload.subarray(IFADDRMSG.size));
      const octets = attributes.get(IFA_ADDRESS) ?? NOTHING;
      const holds = type === RTM_NEWADDR && (flags & IFA_F_TENTATIVE) === 0;
      return { about: "address", index, octets, detail: `${prefixLength}`, holds };
    }
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
      if (payload.length < RTMSG.size) return undefined;
      const { family, destinationLength, table, flags } = RTMSG.decode(payload);
      if (table !== RT_TABLE_MAIN || destinationLength > LONGEST_DEFAULT) return undefined;
      if ((flags & RTM_F_CLONED) !== 0) return undefined;
      const attributes = parseAttributes(payload.subarray(RTMSG.size));
      const outgoing = attributes.get(RTA_OIF);
      const index = outgoing === undefined ? 0 : u32.read(outgoing, 0);
      const octets = attributes.get(RTA_GATEWAY) ?? NOTHING;
      const detail = `${family} ${destinationLength}`;
      return { about: "route", index, octets, detail, holds: type === RTM_NEWROUTE };
    }
    default:
      return undefined;
  }
}
