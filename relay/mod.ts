/**
 * The Teredo relay (RFC 4380 §5.4) as a machine: it takes what arrives and the time, and says what
 * to do. It is pure TypeScript and needs no Deno; `TeredoRelay` adds a socket and timers.
 *
 * @example A relay looks for a client with a bubble through the client's server
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Relay } from "./mod.ts";
 * import { encodeEcho, formatEndpoint, GlobalUnicast, Icmpv6Type } from "../wire/mod.ts";
 * import { parseIpv6 } from "../wire/mod.ts";
 *
 * const relay = new Relay({
 *   serves: [{ address: parseIpv6("2000::")!, length: 3 }],
 *   ownAddresses: [],
 *   globalUnicast: new GlobalUnicast("rfc4380"),
 *   random: (bytes) => crypto.getRandomValues(bytes),
 * });
 *
 * const packet = encodeEcho({
 *   type: Icmpv6Type.ECHO_REQUEST,
 *   source: parseIpv6("2001:db8::1")!,
 *   destination: parseIpv6("2001:0:cb00:7178:0:efff:3fff:fdfe")!,
 *   identifier: 1,
 *   sequence: 1,
 *   data: new Uint8Array(8),
 * });
 * const sent: string[] = [];
 * relay.handlePacket(packet, 0, {
 *   datagram: (to) => sent.push(formatEndpoint(to)),
 *   packet: () => {},
 *   event: () => {},
 *   drop: () => {},
 * });
 * assertEquals(sent, ["203.0.113.120:3544"]);
 * ```
 *
 * @module
 */

export * from "../protocol/mod.ts";
export * from "./gateway_config.ts";
export type * from "./gateway_status.ts";
export * from "./relay.ts";
export * from "./relay_config.ts";
export * from "./relay_limits.ts";
export * from "./relay_status.ts";
