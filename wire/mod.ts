/**
 * The codecs: addresses, headers and messages of Teredo (RFC 4380, RFC 5991, RFC 6081) in octets
 * and back. They are pure TypeScript without Deno, and never throw on what they parse.
 *
 * @example Take a packet apart as it arrives by UDP
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { formatIpv6, isBubble, parseTeredoPacket, SOURCE } from "./mod.ts";
 *
 * const datagram = Uint8Array.fromHex(
 *   "6000000000003b15" +
 *     "20010000cb0071780000efff3ffffdfe" +
 *     "20010000cb007178000001010101fefe",
 * );
 * const packet = parseTeredoPacket(datagram);
 * assert(typeof packet !== "string", `malformed: ${packet}`);
 * assert(isBubble(packet.ipv6));
 * assertEquals(formatIpv6(packet.ipv6, SOURCE), "2001:0:cb00:7178:0:efff:3fff:fdfe");
 *
 * assertEquals(parseTeredoPacket(datagram.subarray(0, 39)), "ipv6_truncated");
 * ```
 *
 * @module
 */

export * from "./authentication.ts";
export * from "./bubble.ts";
export * from "./endpoint.ts";
export * from "./global_unicast.ts";
export * from "./icmpv6.ts";
export * from "./ipv4_address.ts";
export * from "./ipv6_address.ts";
export * from "./ipv6_header.ts";
export * from "./ipv6_prefix.ts";
export * from "./malformed.ts";
export * from "./neighbor_discovery.ts";
export * from "./origin_indication.ts";
export * from "./teredo_address.ts";
export * from "./teredo_packet.ts";
export * from "./trailers.ts";
