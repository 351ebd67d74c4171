/**
 * The Teredo client (RFC 4380 §5.2) as a machine: you hand it what arrives and the time, and it
 * says what to do. It is pure TypeScript that does not need Deno; `TeredoClient` adds sockets and
 * timers.
 *
 * @example Let a client solicit a server, without a network
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Client } from "./mod.ts";
 * import { formatEndpoint, GlobalUnicast, parseIpv4 } from "../wire/mod.ts";
 *
 * const client = new Client({
 *   servers: [{ primary: parseIpv4("192.0.2.1")!, secondary: parseIpv4("192.0.2.2")! }],
 *   globalUnicast: new GlobalUnicast("rfc4380"),
 *   random: (bytes) => crypto.getRandomValues(bytes),
 * });
 *
 * const sent: string[] = [];
 * client.handleTimer(0, {
 *   datagram: (to) => sent.push(formatEndpoint(to)),
 *   packet: () => {},
 *   event: () => {},
 *   drop: () => {},
 * });
 * assertEquals(sent, ["192.0.2.1:3544"]);
 * assertEquals(client.status(0).state, "qualifying");
 * ```
 *
 * @module
 */

export * from "../protocol/mod.ts";
export * from "./client.ts";
export * from "./client_config.ts";
export * from "./client_event.ts";
export * from "./client_limits.ts";
export * from "./client_status.ts";
export * from "./client_sink.ts";
export * from "./extensions.ts";
