/**
 * The way by which the kernel would send a packet.
 *
 * @module
 */

/** A route to one destination, with the source address that it implies. */
export interface Route {
  /** Index of the interface that the packet would leave through. */
  readonly interfaceIndex: number;
  /** The source address that a program would get by default: 4 or 16 octets, like the destination. */
  readonly source: Uint8Array;
}

/** `"none"`: the destination is unreachable. `"unknown"`: this system cannot be asked. */
export type RouteAnswer = Route | "none" | "unknown";
