/**
 * Interface configuration of Linux, by rtnetlink.
 *
 * @module
 */
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { type ErrnoName, errnoName, SystemError } from "../c/errno.ts";
import type { Interface, Prefix } from "../interface.ts";
import { type Answer, RouteNetlink } from "./route_netlink.ts";
import { attribute, numberAttribute } from "./netlink_message.ts";
import { IFADDRMSG, IFINFOMSG, RTMSG } from "./kernel_structs.ts";
import { writeSysctl } from "./sysctl.ts";
import {
  AF_INET6,
  IFA_F_NODAD,
  IFA_LOCAL,
  IFF_UP,
  IFLA_AF_SPEC,
  IFLA_INET6_ADDR_GEN_MODE,
  IFLA_MTU,
  IN6_ADDR_GEN_MODE_NONE,
  NLM_F_CREATE,
  NLM_F_REPLACE,
  RT_TABLE_MAIN,
  RTA_DST,
  RTA_OIF,
  RTA_PRIORITY,
  RTM_DELADDR,
  RTM_DELROUTE,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWROUTE,
  RTN_UNICAST,
  RTPROT_BOOT,
} from "./kernel_numbers.ts";

/** An interface of Linux. See {@linkcode Interface} for the contract. */
export class LinuxInterface implements Interface {
  readonly #name: string;
  readonly #index: number;
  readonly #netlink = new RouteNetlink();

  constructor(name: string, index: number) {
    this.#name = name;
    this.#index = index;
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

  addAddress(address: Uint8Array, prefixLength: number): void {
    const flags = NLM_F_CREATE | NLM_F_REPLACE;
    const answer = this.#netlink.request(RTM_NEWADDR, flags, this.#address(address, prefixLength));
    this.#insist(answer, `give ${this.#quoted} the address ${formatIpv6(address)}/${prefixLength}`);
  }

  removeAddress(address: Uint8Array, prefixLength: number): void {
    const answer = this.#netlink.request(RTM_DELADDR, 0, this.#address(address, prefixLength));
    const attempt = `take the address ${formatIpv6(address)}/${prefixLength} from ${this.#quoted}`;
    this.#insist(answer, attempt, "EADDRNOTAVAIL");
  }

  addRoute(prefix: Prefix, metric?: number): void {
    // To "replace" would take the route from another interface that has it with this metric.
    const answer = this.#netlink.request(RTM_NEWROUTE, NLM_F_CREATE, this.#route(prefix, metric));
    this.#insist(answer, `route ${format(prefix)} through ${this.#quoted}`, "EEXIST");
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
   * Tells the kernel to make no link-local address when the interface comes up, and not to listen to router
   * advertisements. Neither is needed for the interface to work, so neither may fail loudly: a kernel before
   * 3.17 does not know the first, a container may keep /proc/sys from being written.
   */
  #keepSilent(): void {
    const mode = attribute(IFLA_INET6_ADDR_GEN_MODE, Uint8Array.of(IN6_ADDR_GEN_MODE_NONE));
    this.#changeLink({}, attribute(IFLA_AF_SPEC, attribute(AF_INET6, mode)));
    writeSysctl(`net/ipv6/conf/${this.#name}/accept_ra`, "0");
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

  /** Throws unless the kernel agreed, or says that the goal was reached already. */
  #insist(answer: Answer, attempt: string, reached?: ErrnoName): void {
    if (answer.ok) return;
    const code = errnoName(answer.errno);
    if (code === reached) return;
    const remedy = [answer.explanation, this.#remedy(code)].filter((text) => text !== "").join(
      ". ",
    );
    throw new SystemError(attempt, "rtnetlink", answer.errno, remedy === "" ? undefined : remedy);
  }

  #remedy(code: ErrnoName): string {
    switch (code) {
      case "EPERM":
        return "Run as root, or give the program the capability CAP_NET_ADMIN";
      case "EACCES":
      case "EOPNOTSUPP":
        return "IPv6 is probably switched off: " +
          `set the sysctl net.ipv6.conf.${this.#name}.disable_ipv6 to 0, ` +
          "and look for ipv6.disable=1 on the kernel's command line";
      case "ENODEV":
        return "The interface is gone";
      default:
        return "";
    }
  }
}

function format({ address, length }: Prefix): string {
  return `${formatIpv6(address)}/${length}`;
}
