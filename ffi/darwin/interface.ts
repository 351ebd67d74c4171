/**
 * Interface configuration of macOS: requests about an interface, and the routing socket.
 *
 * Routes have no metric there. A prefix has one route that counts everywhere, whichever interface
 * it leads through. So ours is only added where there is none, and what another interface has
 * stays.
 *
 * @module
 */

import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { type ErrnoName, errnoName, SystemError } from "../c/errno.ts";
import { libc } from "../c/libc.ts";
import { insist, outcomeOf } from "../c/system_call.ts";
import type { Interface, LinkState, Prefix } from "../interface.ts";
import { closeOnExecute, control } from "./descriptor.ts";
import { ERROR_NUMBERS } from "./error_numbers.ts";
import {
  AF_INET6,
  IFF_UP,
  IN6_IFF_NODAD,
  ND6_INFINITE_LIFETIME,
  RTAX_DST,
  RTAX_GATEWAY,
  RTAX_NETMASK,
  RTF_STATIC,
  RTF_UP,
  RTM_ADD,
  RTM_DELETE,
  RTM_IFINFO2,
  SIOCAIFADDR_IN6,
  SIOCDIFADDR_IN6,
  SIOCGIFAFLAG_IN6,
  SIOCPROTOATTACH_IN6,
  SIOCSIFFLAGS,
  SIOCSIFMTU,
  SOCK_DGRAM,
} from "./kernel/kernel_numbers.ts";
import {
  IF_MSGHDR2,
  IFREQ_FLAGS,
  IFREQ_MTU,
  IN6_ALIASREQ,
  IN6_IFREQ,
} from "./kernel/kernel_structs.ts";
import {
  interfaceAddress,
  messageType,
  prefixMask,
  socketAddress,
} from "./routing/route_message.ts";
import { RouteSocket } from "./routing/route_socket.ts";
import { readInterface } from "./sysctl.ts";

/** An interface of macOS. See {@linkcode Interface} for the contract. */
export class DarwinInterface implements Interface {
  readonly #name: string;
  readonly #index: number;
  readonly #routes = new RouteSocket();
  #fd: number;
  /** Whether the interface takes IPv6 packets: a new one does not, and the kernel does not say. */
  #hasIpv6 = false;

  constructor(name: string, index: number) {
    this.#name = name;
    this.#index = index;
    const open = () => libc().socket(AF_INET6, SOCK_DGRAM, 0);
    this.#fd = insist("configure network interfaces", "socket", open);
    closeOnExecute(this.#fd);
  }

  readLink(): LinkState {
    const { flags, mtu, outErrors, outErrorsHigh } = this.#report(`look at ${this.#quoted}`);
    return {
      isUp: (flags & IFF_UP) !== 0,
      mtu,
      hasIpv6: this.#hasIpv6,
      // utun counts what its socket has no room for as errors.
      dropped: outErrorsHigh * 2 ** 32 + outErrors,
    };
  }

  /** There is nothing to set: what waits is in the socket of the utun, which has 512 KiB of room. */
  setQueueLength(): void {}

  enableIpv6(): void {
    const request = IN6_ALIASREQ.encode({ name: this.#name });
    this.#change(SIOCPROTOATTACH_IN6, request, `switch IPv6 on at ${this.#quoted}`, "EEXIST");
    this.#hasIpv6 = true;
  }

  setMtu(octets: number): void {
    const request = IFREQ_MTU.encode({ name: this.#name, mtu: octets });
    this.#change(SIOCSIFMTU, request, `set the MTU of ${this.#quoted} to ${octets}`);
  }

  /** The kernel makes no link-local address unless it is asked to. */
  bringUp(): void {
    this.#setUp(true, `bring ${this.#quoted} up`);
  }

  takeDown(): void {
    this.#setUp(false, `take ${this.#quoted} down`);
  }

  addAddress(address: Uint8Array, prefixLength: number): boolean {
    const attempt = `give ${this.#quoted} the address ${formatIpv6(address)}/${prefixLength}`;
    // The kernel would renew an address that the interface has, and not say so.
    if (this.#has(address, attempt)) return false;
    const request = IN6_ALIASREQ.encode({
      name: this.#name,
      address: socketAddress(address),
      prefixMask: prefixMask(prefixLength),
      flags: IN6_IFF_NODAD,
      validLifetime: ND6_INFINITE_LIFETIME,
      preferredLifetime: ND6_INFINITE_LIFETIME,
    });
    this.#change(SIOCAIFADDR_IN6, request, attempt);
    return true;
  }

  removeAddress(address: Uint8Array, prefixLength: number): void {
    const request = IN6_IFREQ.encode({ name: this.#name, address: socketAddress(address) });
    const attempt = `take the address ${formatIpv6(address)}/${prefixLength} from ${this.#quoted}`;
    this.#change(SIOCDIFADDR_IN6, request, attempt, "EADDRNOTAVAIL");
  }

  addRoute(prefix: Prefix): boolean {
    const number = this.#routes.request({
      type: RTM_ADD,
      flags: RTF_UP | RTF_STATIC,
      addresses: { ...destination(prefix), [RTAX_GATEWAY]: interfaceAddress(this.#index) },
    });
    if (number === 0) return true;
    if (errnoName(number) === "EEXIST") return false;
    throw refusal(`route ${format(prefix)} through ${this.#quoted}`, "write", number);
  }

  removeRoute(prefix: Prefix): void {
    const addresses = destination(prefix);
    // The kernel would remove the prefix's route through another interface just as well.
    if (this.#routes.ask({ flags: RTF_UP, addresses })?.index !== this.#index) return;
    const number = this.#routes.request({ type: RTM_DELETE, flags: RTF_UP, addresses });
    if (number === 0 || errnoName(number) === "ESRCH") return;
    throw refusal(`remove the route ${format(prefix)} through ${this.#quoted}`, "write", number);
  }

  close(): void {
    this.#routes[Symbol.dispose]();
    if (this.#fd < 0) return;
    libc().close(this.#fd);
    this.#fd = -1;
  }

  get #quoted(): string {
    return `interface "${this.#name}"`;
  }

  #report(attempt: string): ReturnType<typeof IF_MSGHDR2.decode> {
    const report = readInterface(this.#index);
    if (typeof report === "number") throw refusal(attempt, "sysctl", -report);
    if (report.length < IF_MSGHDR2.size || messageType(report) !== RTM_IFINFO2) {
      throw refusal(attempt, "sysctl", ERROR_NUMBERS.ENXIO!);
    }
    return IF_MSGHDR2.decode(report);
  }

  #setUp(isUp: boolean, attempt: string): void {
    const { flags } = this.#report(attempt);
    // The request has the low 16 bits of them.
    const wanted = (isUp ? flags | IFF_UP : flags & ~IFF_UP) & 0xffff;
    const request = IFREQ_FLAGS.encode({ name: this.#name, flags: wanted });
    this.#change(SIOCSIFFLAGS, request, attempt);
  }

  #has(address: Uint8Array, attempt: string): boolean {
    const request = IN6_IFREQ.encode({ name: this.#name, address: socketAddress(address) });
    return this.#change(SIOCGIFAFLAG_IN6, request, attempt, "EADDRNOTAVAIL");
  }

  /**
   * Throws unless the kernel agreed, or gave the answer `otherwise`. True if it agreed.
   */
  #change(
    request: bigint,
    argument: Uint8Array<ArrayBuffer>,
    attempt: string,
    otherwise?: ErrnoName,
  ): boolean {
    // A request that succeeds may have written its answer over what was asked.
    const outcome = outcomeOf(() => control(this.#fd, request, argument));
    if (outcome >= 0) return true;
    if (errnoName(-outcome) === otherwise) return false;
    throw refusal(attempt, "ioctl", -outcome);
  }
}

function refusal(attempt: string, syscall: string, number: number): SystemError {
  return new SystemError(attempt, syscall, number, remedy(errnoName(number)));
}

function remedy(code: ErrnoName): string | undefined {
  switch (code) {
    case "EPERM":
      return "Run as root";
    case "ENXIO":
      return "The interface is gone";
    default:
      return undefined;
  }
}

function destination({ address, length }: Prefix): Record<number, Uint8Array> {
  return { [RTAX_DST]: socketAddress(address), [RTAX_NETMASK]: prefixMask(length) };
}

function format({ address, length }: Prefix): string {
  return `${formatIpv6(address)}/${length}`;
}
