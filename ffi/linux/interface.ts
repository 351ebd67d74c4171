/**
 * Interface configuration of Linux, by rtnetlink.
 *
 * @module
 */

import { formatIpv6, parseIpv6 } from "../../wire/ipv6_address.ts";
import { type ErrnoName, errnoName, SystemError } from "../c/errno.ts";
import { cString, u64 } from "../c/struct.ts";
import {
  type Interface,
  InterfaceGone,
  Ipv6SwitchedOff,
  type LinkState,
  type Prefix,
} from "../interface.ts";
import {
  AF_INET6,
  IFA_F_NODAD,
  IFA_LOCAL,
  IFF_UP,
  IFLA_AF_SPEC,
  IFLA_IFNAME,
  IFLA_INET6_ADDR_GEN_MODE,
  IFLA_MTU,
  IFLA_STATS64,
  IFLA_TXQLEN,
  IN6_ADDR_GEN_MODE_NONE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RT_TABLE_MAIN,
  RTA_DST,
  RTA_GATEWAY,
  RTA_OIF,
  RTA_PRIORITY,
  RTM_DELADDR,
  RTM_DELROUTE,
  RTM_GETLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWROUTE,
  RTN_UNICAST,
  RTPROT_BOOT,
} from "./kernel/kernel_numbers.ts";
import { IFADDRMSG, IFINFOMSG, RTMSG } from "./kernel/kernel_structs.ts";
import type { Rejection } from "./netlink/netlink_answer.ts";
import {
  attribute,
  numberAttribute,
  numberIn,
  parseAttributes,
} from "./netlink/netlink_message.ts";
import { type Answer, RouteNetlink } from "./netlink/route_netlink.ts";
import { readSysctl, writeSysctl } from "./kernel/sysctl.ts";

/** Where `struct rtnl_link_stats64` counts packets that were dropped on their way out. */
const TX_DROPPED = 7 * 8;

/**
 * What leads to a crowd. Nobody has this address and nobody is asked for it, because a TUN resolves
 * none; but without a next hop, the kernel has each destination in its table of neighbours, which it
 * keeps at 1,024 (`net.ipv6.neigh.default.gc_thresh3`) by looking for one to remove again and again.
 */
const NEXT_HOP = parseIpv6("fe80::1")!;

/** An interface of Linux. See {@linkcode Interface} for the contract. */
export class LinuxInterface implements Interface {
  readonly #name: string;
  readonly #index: number;
  readonly #netlink = new RouteNetlink();

  constructor(name: string, index: number) {
    this.#name = name;
    this.#index = index;
  }

  readLink(): LinkState {
    const body = IFINFOMSG.encode({ index: this.#index });
    const answer = this.#netlink.request(RTM_GETLINK, 0, [body]);
    if (!answer.ok) throw this.#refusal(answer, `look at ${this.#quoted}`);
    const { flags } = IFINFOMSG.decode(answer.payload);
    const attributes = parseAttributes(answer.payload.subarray(IFINFOMSG.size));
    const statistics = attributes.get(IFLA_STATS64);
    return {
      isUp: (flags & IFF_UP) !== 0,
      mtu: numberIn(attributes.get(IFLA_MTU)) ?? 0,
      hasIpv6: this.#hasIpv6(),
      dropped: statistics === undefined ? 0 : Number(u64.read(statistics, TX_DROPPED)),
    };
  }

  restoreName(): string | undefined {
    const answer = this.#netlink.request(RTM_GETLINK, 0, [
      IFINFOMSG.encode({ index: this.#index }),
    ]);
    if (!answer.ok) throw this.#refusal(answer, `look at ${this.#quoted}`);
    const octets = parseAttributes(answer.payload.subarray(IFINFOMSG.size)).get(IFLA_IFNAME);
    const name = new TextDecoder().decode(octets).replace(/\0.*$/s, "");
    if (name === "" || name === this.#name) return undefined;
    let renamed = this.#rename();
    // Before Linux 6.2, only an interface that is down takes another name.
    if (!renamed.ok && errnoName(renamed.errno) === "EBUSY") {
      this.takeDown();
      renamed = this.#rename();
    }
    this.#insist(renamed, `rename interface "${name}" to "${this.#name}"`);
    return name;
  }

  setQueueLength(packets: number): void {
    const answer = this.#changeLink({}, numberAttribute(IFLA_TXQLEN, packets));
    this.#insist(answer, `let ${packets} packets wait at ${this.#quoted}`);
  }

  enableIpv6(): void {
    writeSysctl(this.#setting("disable_ipv6"), "0");
    if (this.#hasIpv6()) return;
    throw this.#ipv6SwitchedOff;
  }

  setMtu(octets: number): void {
    const answer = this.#changeLink({}, numberAttribute(IFLA_MTU, octets));
    this.#insist(answer, `set the MTU of ${this.#quoted} to ${octets}`);
  }

  bringUp(): void {
    this.#keepSilent();
    const answer = this.#changeLink({ flags: IFF_UP, change: IFF_UP });
    this.#insist(answer, `bring ${this.#quoted} up`);
  }

  takeDown(): void {
    const answer = this.#changeLink({ change: IFF_UP });
    this.#insist(answer, `take ${this.#quoted} down`);
  }

  addAddress(address: Uint8Array, prefixLength: number): boolean {
    const flags = NLM_F_CREATE | NLM_F_EXCL;
    const answer = this.#netlink.request(RTM_NEWADDR, flags, this.#address(address, prefixLength));
    const attempt = `give ${this.#quoted} the address ${formatIpv6(address)}/${prefixLength}`;
    return this.#insist(answer, attempt, "EEXIST");
  }

  removeAddress(address: Uint8Array, prefixLength: number): void {
    const answer = this.#netlink.request(RTM_DELADDR, 0, this.#address(address, prefixLength));
    const attempt = `take the address ${formatIpv6(address)}/${prefixLength} from ${this.#quoted}`;
    this.#insist(answer, attempt, "EADDRNOTAVAIL");
  }

  addRoute(prefix: Prefix, metric?: number, isCrowded = false): boolean {
    // NLM_F_REPLACE would take the route from another interface that has it with this metric.
    const answer = this.#netlink.request(RTM_NEWROUTE, NLM_F_CREATE, [
      ...this.#route(prefix, metric),
      ...isCrowded ? [attribute(RTA_GATEWAY, NEXT_HOP)] : [],
    ]);
    return this.#insist(answer, `route ${format(prefix)} through ${this.#quoted}`, "EEXIST");
  }

  removeRoute(prefix: Prefix, metric?: number): void {
    const answer = this.#netlink.request(RTM_DELROUTE, 0, this.#route(prefix, metric));
    this.#insist(answer, `remove the route ${format(prefix)} through ${this.#quoted}`, "ESRCH");
  }

  close(): void {
    this.#netlink.close();
  }

  get #quoted(): string {
    return `interface "${this.#name}"`;
  }

  /**
   * Asks the kernel to make no link-local address when the interface comes up, and to ignore router
   * advertisements. The interface works without either, so neither fails loudly: a kernel before
   * 3.17 does not know the first, and in a container /proc/sys may not be writable.
   */
  #keepSilent(): void {
    const mode = attribute(IFLA_INET6_ADDR_GEN_MODE, Uint8Array.of(IN6_ADDR_GEN_MODE_NONE));
    this.#changeLink({}, attribute(IFLA_AF_SPEC, attribute(AF_INET6, mode)));
    writeSysctl(this.#setting("accept_ra"), "0");
  }

  #hasIpv6(): boolean {
    // Without IPv6 in the kernel there is no such setting; then adding an address fails, and says
    // so.
    return readSysctl(this.#setting("disable_ipv6")) !== "1";
  }

  #setting(name: string): string {
    return `net/ipv6/conf/${this.#name}/${name}`;
  }

  get #ipv6SwitchedOff(): Ipv6SwitchedOff {
    const setting = `net.ipv6.conf.${this.#name}.disable_ipv6`;
    return new Ipv6SwitchedOff(
      `IPv6 is switched off on ${this.#quoted}: set the sysctl ${setting} to 0 and, for ` +
        "interfaces made later, net.ipv6.conf.default.disable_ipv6 too",
    );
  }

  #rename(): Answer {
    return this.#changeLink({}, attribute(IFLA_IFNAME, cString(this.#name)));
  }

  #changeLink(body: { flags?: number; change?: number }, ...attributes: Uint8Array[]): Answer {
    const message = IFINFOMSG.encode({ ...body, index: this.#index });
    return this.#netlink.request(RTM_NEWLINK, 0, [message, ...attributes]);
  }

  #address(address: Uint8Array, prefixLength: number): Uint8Array[] {
    const body = IFADDRMSG.encode({
      family: AF_INET6,
      prefixLength,
      flags: IFA_F_NODAD,
      index: this.#index,
    });
    return [body, attribute(IFA_LOCAL, address)];
  }

  #route({ address, length }: Prefix, metric: number | undefined): Uint8Array[] {
    const body = RTMSG.encode({
      family: AF_INET6,
      destinationLength: length,
      table: RT_TABLE_MAIN,
      protocol: RTPROT_BOOT,
      type: RTN_UNICAST,
    });
    const attributes = [attribute(RTA_DST, address), numberAttribute(RTA_OIF, this.#index)];
    if (metric !== undefined) attributes.push(numberAttribute(RTA_PRIORITY, metric));
    return [body, ...attributes];
  }

  /**
   * Throws unless the kernel agreed, or says that the goal had been reached before. True if it
   * agreed.
   */
  #insist(answer: Answer, attempt: string, reached?: ErrnoName): boolean {
    if (answer.ok) return true;
    if (errnoName(answer.errno) === reached) return false;
    throw this.#refusal(answer, attempt);
  }

  #refusal({ errno, explanation }: Rejection, attempt: string): Error {
    // To this program, which may change the interface, the kernel gives no other reason for EACCES.
    if (errnoName(errno) === "EACCES") {
      return this.#ipv6SwitchedOff;
    }
    if (errnoName(errno) === "ENODEV") {
      return new InterfaceGone(
        `Interface "${this.#name}" is gone: somebody moved it to another network namespace`,
      );
    }
    const remedy = [explanation, this.#remedy(errnoName(errno))].filter((text) => text !== "")
      .join(". ");
    return new SystemError(attempt, "rtnetlink", errno, remedy === "" ? undefined : remedy);
  }

  #remedy(code: ErrnoName): string {
    switch (code) {
      case "EPERM":
        return "Run as root, or give the program the capability CAP_NET_ADMIN";
      case "EOPNOTSUPP":
      case "EAFNOSUPPORT":
        return "This kernel runs without IPv6: look for ipv6.disable=1 on its command line";
      default:
        return "";
    }
  }
}

function format({ address, length }: Prefix): string {
  return `${formatIpv6(address)}/${length}`;
}
