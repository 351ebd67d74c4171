/**
 * Settings and statistics of the kernel: sysctl(3).
 *
 * @module
 */

import { libc } from "../c/libc.ts";
import { allocate, i32, u64 } from "../c/struct.ts";
import { outcomeOf } from "../c/system_call.ts";
import {
  AF_INET6,
  AF_LINK,
  AF_ROUTE,
  CTL_NET,
  IPPROTO_IPV6,
  IPV6CTL_FORWARDING,
  NET_RT_IFLIST2,
} from "./kernel/kernel_numbers.ts";

/** Room for an interface and its link address: about 180 octets. */
const INTERFACE_ROOM = 1_024;

/** Whether this host forwards IPv6 packets; undefined if the kernel does not say. */
export function forwardsIpv6(): boolean | undefined {
  const value = allocate(i32.size);
  const length = readSysctl([CTL_NET, AF_INET6, IPPROTO_IPV6, IPV6CTL_FORWARDING], value);
  return length === value.length ? i32.read(value, 0) !== 0 : undefined;
}

/**
 * The kernel's report of an interface, which begins with `struct if_msghdr2`.
 *
 * @returns It, empty if there is no such interface; or, negated, the number of an error.
 */
export function readInterface(index: number): Uint8Array | number {
  const report = allocate(INTERFACE_ROOM);
  // AF_LINK leaves the addresses out.
  const length = readSysctl([CTL_NET, AF_ROUTE, 0, AF_LINK, NET_RT_IFLIST2, index], report);
  return length < 0 ? length : report.subarray(0, length);
}

/** Reads a value. Returns its length or, negated, the number of an error. */
function readSysctl(path: readonly number[], value: Uint8Array<ArrayBuffer>): number {
  const name = new Uint8Array(Int32Array.from(path).buffer);
  const length = allocate(u64.size);
  const outcome = outcomeOf(() => {
    u64.write(length, 0, BigInt(value.length));
    return libc().sysctl(name, path.length, value, length, null, 0n);
  });
  return outcome < 0 ? outcome : Number(u64.read(length, 0));
}
