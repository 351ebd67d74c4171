/**
 * `--allow-private`: which IPv4 addresses the program talks to.
 *
 * @module
 */

import { addressPolicy, type Network } from "../../../nodes/address_policy.ts";
import type { Ipv4Address } from "../../../wire/ipv4_address.ts";

/** The network that the option stands for. */
export function networkFor(allowPrivate: boolean): Network {
  return allowPrivate ? "private" : "public";
}

/** Whether `--allow-private` admits an address that is refused without it. */
export function isForAllowPrivate(address: Ipv4Address): boolean {
  return addressPolicy("private").has(address);
}

/** What to do about a server's address that is refused. */
export function remedyForServer(address: Ipv4Address): string {
  return isForAllowPrivate(address)
    ? "In a private network, allow private addresses with --allow-private"
    : "Name the one by which other hosts reach the server";
}
