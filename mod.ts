/**
 * Teredo (RFC 4380, with RFC 5991 and parts of RFC 6081) as a library: codecs for everything on the
 * wire, and client, server and relay as machines without input and output.
 *
 * The program `teredo` is made of the same parts; its command line is in `cli.ts`.
 *
 * @example Take a Teredo address apart
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeTeredoAddress, formatEndpoint, formatIpv4, parseIpv6 } from "./mod.ts";
 *
 * const address = parseIpv6("2001:0:cb00:7178:0:efff:3fff:fdfe")!;
 * const { server, mapping } = decodeTeredoAddress(address)!;
 * assertEquals(formatIpv4(server), "203.0.113.120");
 * assertEquals(formatEndpoint(mapping), "192.0.2.1:4096");
 * ```
 *
 * @example Let a client ask a server, without a network
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Client, formatEndpoint, GlobalUnicast, parseIpv4 } from "./mod.ts";
 *
 * const primary = parseIpv4("192.0.2.1")!;
 * const secondary = parseIpv4("192.0.2.2")!;
 * const client = new Client({
 *   servers: [{ primary, secondary }],
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
 * ```
 *
 * @module
 */

export * from "./client/client.ts";
export * from "./client/client_config.ts";
export * from "./client/client_event.ts";
export * from "./client/client_status.ts";
export type { ClientSocket } from "./client/qualification.ts";
export * from "./protocol/drop_reason.ts";
export * from "./protocol/machine.ts";
export * from "./protocol/random.ts";
export * from "./relay/relay.ts";
export * from "./relay/relay_config.ts";
export * from "./relay/relay_status.ts";
export * from "./server/secret_store.ts";
export * from "./server/server.ts";
export * from "./server/server_config.ts";
export * from "./server/server_event.ts";
export * from "./server/server_status.ts";
export * from "./server/server_with_relay.ts";
export * from "./wire/authentication.ts";
export * from "./wire/bubble.ts";
export * from "./wire/endpoint.ts";
export * from "./wire/global_unicast.ts";
export * from "./wire/icmpv6.ts";
export * from "./wire/ipv4_address.ts";
export * from "./wire/ipv6_address.ts";
export * from "./wire/ipv6_header.ts";
export * from "./wire/malformed.ts";
export * from "./wire/neighbor_discovery.ts";
export * from "./wire/origin_indication.ts";
export * from "./wire/teredo_address.ts";
export * from "./wire/teredo_packet.ts";
export * from "./wire/trailers.ts";
