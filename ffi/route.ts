/**
 * The way by which the kernel would send a packet.
 *
 * @module
 */

/** A route to one destination, with the source address that it implies. */
export interface Route {
  /** Index of the interface that the packet would leave through. */
  readonly interfaceIndex: number;
  /** Its name. */
  readonly interfaceName: string;
  /**
   * The source address that a program would get by default: 4 or 16 octets, like the destination.
   * Undefined if this host has none for it.
   */
  readonly source: Uint8Array | undefined;
  /**
   * The router that the packet would be handed to: 4 or 16 octets; undefined if the destination is
   * on the link.
   */
  readonly gateway: Uint8Array | undefined;
}

/** `"none"`: the destination is unreachable. `"unknown"`: this system cannot be asked. */
export type RouteAnswer = Route | "none" | "unknown";
