/**
 * What our interface should have, by the role that it belongs to.
 *
 * @module
 */

import type { Prefix } from "../../ffi/interface.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { IPV6_ADDRESS_LENGTH, parseIpv6 } from "../../wire/ipv6_address.ts";
import { teredoPrefix } from "../../wire/teredo_address.ts";

/** A route through our interface. */
export interface WantedRoute {
  readonly prefix: Prefix;
  /** Of several routes to one prefix the lowest metric wins. */
  readonly metric: number;
  /** Whether thousands of hosts may be behind it. */
  readonly isCrowded: boolean;
  /** An address that the route is for, to ask the kernel about. Nothing is sent to it. */
  readonly example: Uint8Array;
  /** Whether a route through another interface is as good if it starts from a native address. */
  readonly yieldsToNative: boolean;
  /** "Teredo clients": what the route leads to. */
  readonly target: string;
}

/** What an interface should have. It should also be up, and IPv6 switched on. */
export interface WantedState {
  /** The length of the largest packet, in octets. */
  readonly mtu: number;
  /** The address that it should have, 16 octets. */
  readonly address?: Uint8Array | undefined;
  readonly routes: readonly WantedRoute[];
  /** Whether it passes packets on for other hosts. */
  readonly forwards?: boolean;
}

/** 2001::/32, with the kernel's own metric. */
export const TEREDO_ROUTE: WantedRoute = {
  prefix: { address: teredoPrefix(ipv4Address(0)), length: 32 },
  metric: 1024,
  isCrowded: false,
  // Its server is 0.0.0.0, so no client ever has it.
  example: parseIpv6("2001::1")!,
  yieldsToNative: false,
  target: "Teredo clients",
};

/**
 * 2001::/32 of a relay. Linux splits the packets between crowded routes of the same metric, so this
 * one goes behind those that people make without saying a metric.
 */
const RELAY_ROUTE: WantedRoute = { ...TEREDO_ROUTE, metric: 1025, isCrowded: true };

/**
 * 2001::/32 of a gateway. Only the kernel that translated a connection can translate its answers
 * back, so they have to come by this interface: its route goes before any other one, such as that
 * of a relay elsewhere.
 */
const GATEWAY_ROUTE: WantedRoute = { ...TEREDO_ROUTE, metric: 1, isCrowded: true };

/** ::/0, with a metric above the kernel's 1024, so that any other default route wins. */
export const DEFAULT_ROUTE: WantedRoute = {
  prefix: { address: new Uint8Array(IPV6_ADDRESS_LENGTH), length: 0 },
  metric: 1029,
  isCrowded: false,
  // a.root-servers.net.
  example: parseIpv6("2001:503:ba3e::2:30")!,
  yieldsToNative: true,
  target: "the IPv6 Internet",
};

/** What a client knows that its interface depends on. */
export interface ClientSituation {
  /** Its address, 16 octets, while it has one. */
  readonly address: Uint8Array | undefined;
  readonly mtu: number;
  /** Whether the interface should lead to the whole IPv6 Internet, unless another way does. */
  readonly hasDefaultRoute: boolean;
}

/** The interface of a client: without an address, nothing should go through it. */
export function clientState({ address, mtu, hasDefaultRoute }: ClientSituation): WantedState {
  if (address === undefined) return { mtu, routes: [] };
  const routes = hasDefaultRoute ? [TEREDO_ROUTE, DEFAULT_ROUTE] : [TEREDO_ROUTE];
  return { mtu, address, routes };
}

/** The interface of a relay, which needs no address. */
export function relayState(mtu: number): WantedState {
  return { mtu, routes: [RELAY_ROUTE], forwards: true };
}

/** The interface of a gateway. */
export function gatewayState(mtu: number, address?: Uint8Array): WantedState {
  return { mtu, address, routes: [GATEWAY_ROUTE], forwards: true };
}
