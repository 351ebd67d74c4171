/**
 * The Teredo server (RFC 4380 §5.3) as a machine: it takes what arrives and the time, and says what
 * to do. It is pure TypeScript and needs no Deno; `TeredoServer` adds sockets.
 *
 * @example A server counts what it does not use, and why
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type DropReason, Server } from "./mod.ts";
 * import { GlobalUnicast, parseEndpoint, parseIpv4 } from "../wire/mod.ts";
 *
 * const server = new Server({
 *   primary: parseIpv4("192.0.2.1")!,
 *   globalUnicast: new GlobalUnicast("rfc4380"),
 *   random: (octets) => crypto.getRandomValues(octets),
 * });
 *
 * const dropped: DropReason[] = [];
 * const nonsense = Uint8Array.of(1, 2, 3);
 * server.handleDatagram(nonsense, parseEndpoint("198.51.100.1:4096")!, "primary", 0, {
 *   datagram: () => {},
 *   packet: () => {},
 *   event: () => {},
 *   drop: (reason) => dropped.push(reason),
 * });
 * assertEquals(dropped, ["not_ipv6"]);
 * ```
 *
 * @module
 */

export * from "../protocol/mod.ts";
export { ProvedEndpoints } from "../protocol/proved_endpoints.ts";
export * from "./secret_store.ts";
export * from "./server.ts";
export * from "./server_config.ts";
export * from "./server_event.ts";
export * from "./server_limits.ts";
export * from "./server_status.ts";
export * from "./server_with_relay.ts";
