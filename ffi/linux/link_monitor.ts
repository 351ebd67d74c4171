/**
 * What Linux tells of its network, by the multicast groups of rtnetlink.
 *
 * The kernel repeats itself: each router advertisement renews addresses and routes, and a wireless
 * link speaks up for every change of its signal. So a monitor keeps what it was told as facts, and only
 * a fact that comes or goes is news.
 *
 * @module
 */
import { errno, errnoName, SystemError } from "../c/errno.ts";
import type { LinkMonitor, OwnInterface } from "../link_monitor.ts";
import { type Libc, libc } from "../c/libc.ts";
import { type NetlinkMessage, parseAttributes, parseMessages } from "./netlink_message.ts";
import { allocate, u32 } from "../c/struct.ts";
import { IFADDRMSG, IFINFOMSG, RTMSG, SOCKADDR_NL } from "./structs.ts";

// <sys/socket.h>
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;

// <linux/netlink.h>, <linux/rtnetlink.h>
const NETLINK_ROUTE = 0;
const RTMGRP_LINK = 0x1;
const RTMGRP_IPV4_IFADDR = 0x10;
const RTMGRP_IPV4_ROUTE = 0x40;
const RTMGRP_IPV6_IFADDR = 0x100;
const RTMGRP_IPV6_ROUTE = 0x400;
const GROUPS = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR |
  RTMGRP_IPV6_ROUTE;
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTM_F_CLONED = 0x200;
const RT_TABLE_MAIN = 254;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;

// <linux/if.h>, <linux/if_addr.h>
/** The cable is plugged in, the wireless network joined. */
const IFF_LOWER_UP = 0x10000;
const IFF_UP = 0x1;
const IFA_ADDRESS = 1;
const IFA_F_TENTATIVE = 0x40;

/** Default routes, and those to half or an eighth of all addresses that stand for one: 0/1, 2000::/3. */
const LONGEST_DEFAULT = 3;

/** Facts beyond this number are forgotten: a host has dozens. */
const MAX_FACTS = 10_000;

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
    this.#fd = this.#libc.socket(
      AF_NETLINK,
      SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
      NETLINK_ROUTE,
    );
    if (this.#fd < 0) throw new SystemError("open a netlink socket", "socket");
    const address = SOCKADDR_NL.encode({ family: AF_NETLINK, groups: GROUPS });
    if (this.#libc.bind(this.#fd, address, address.length) === 0) return;
    const code = errno();
    this.close();
    throw new SystemError("hear of changes to the network", "bind", code);
  }

  get fd(): number {
    return this.#fd;
  }

  read(): boolean {
    let isNews = false;
    for (;;) {
      const length = this.#libc.recv(this.#fd, this.#buffer, BigInt(this.#buffer.length), 0);
      if (length >= 0) {
        for (const message of parseMessages(this.#buffer.subarray(0, length))) {
          if (this.#learn(message)) isNews = true;
        }
        continue;
      }
      const code = errno();
      switch (errnoName(code)) {
        case "EAGAIN":
          return isNews;
        case "EINTR":
          continue;
        case "ENOBUFS":
          // More was told than fits: something of it will have been news.
          isNews = true;
          continue;
        default:
          throw new SystemError("hear of changes to the network", "recv", code);
      }
    }
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
