/**
 * Teredo (RFC 4380, with RFC 5991 and parts of RFC 6081) as a library, in three storeys:
 *
 * - `TeredoClient`, `TeredoServer` and `TeredoRelay` run in your program, with sockets and timers
 * - `Client`, `Server` and `Relay` are the same roles as machines without I/O
 * - codecs for everything on the wire
 *
 * Each part can be imported alone: `@teredo/teredo/nodes`, `/client`, `/server`, `/relay` and
 * `/wire`. The program `teredo` is made of the same parts; its command line is in `cli.ts`.
 *
 * @example Two clients in one program send each other a packet, without any privilege
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeEcho, Icmpv6Type, parseIpv4, TeredoClient, TeredoServer } from "./mod.ts";
 *
 * const here = { network: "loopback", ffi: false } as const;
 * await using _server = await TeredoServer.start({
 *   primary: parseIpv4("127.7.2.1")!,
 *   secondary: parseIpv4("127.7.2.2")!,
 *   ...here,
 * });
 * const servers = [{ primary: "127.7.2.1" }];
 * await using alice = await TeredoClient.start({ servers, ...here });
 * await using bob = await TeredoClient.start({ servers, ...here });
 *
 * const [source, destination] = await Promise.all([alice.qualified, bob.qualified]);
 * const type = Icmpv6Type.ECHO_REQUEST;
 * const data = new TextEncoder().encode("Hello, Bob");
 * const packet = encodeEcho({ type, source, destination, identifier: 1, sequence: 1, data });
 * alice.send(packet);
 * for await (const received of bob.packets) {
 *   assertEquals(received, packet);
 *   break;
 * }
 * ```
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
 * @module
 */

export * from "./client/mod.ts";
export * from "./nodes/mod.ts";
export * from "./relay/mod.ts";
export * from "./server/mod.ts";
export * from "./wire/mod.ts";
