/**
 * Client, server and relay to embed: with sockets, timers and, if wanted, a network interface. They
 * need Deno; the machines in them do not.
 *
 * `open` opens everything that a node needs, and the node's own `start` sets it to work, with
 * listeners that may use it; the static `start` does both. `close`, `await using` or a `signal`
 * ends a node and leaves nothing behind. The promise `finished` says whether it failed.
 *
 * @example A server that shows its state
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { TeredoServer } from "./mod.ts";
 * import { parseIpv4 } from "../wire/mod.ts";
 *
 * await using server = await TeredoServer.start({
 *   primary: parseIpv4("127.7.1.1")!,
 *   network: "loopback",
 *   ffi: false,
 * });
 * assertEquals(server.status().role, "server");
 * assertEquals(server.counters.datagramsReceived, 0);
 * ```
 *
 * @module
 */

export { type ErrnoName, SystemError } from "../ffi/c/errno.ts";
export { ForwardingRefused } from "../ffi/forwarding_refused.ts";
export type { FilterCount, FilterCounts, Service } from "../ffi/packet_filter.ts";
export { UnsupportedPlatform } from "../ffi/platform.ts";
export type { TunOffload } from "../ffi/tun.ts";
export type { InputFilter } from "../ffi/input_filter.ts";
export type { DatagramReceiver, SegmentationRefusal, UdpSocket } from "../ffi/udp_socket.ts";
export type { Drain, Drained, WaitHandle, Watcher } from "../ffi/waiting.ts";
export type { CountedDrop, Counters, TransportDropReason } from "../io/counters.ts";
export type { EchoOutcome } from "../io/host/echo_link.ts";
export type { HostLink, PacketReceiver } from "../io/host/host_link.ts";
export type { InterfaceFault, OwnInterface } from "../io/host/own_interface.ts";
export type { Log } from "../io/log.ts";
export type { SendTrouble } from "../io/udp/send_watch.ts";
export * from "./address_policy.ts";
export type { NoRouter } from "../io/portmap/default_router.ts";
export type { MapperEvent, TriedProtocol } from "../portmap/mapper_event.ts";
export type { MappingFailure, MappingProtocol, PortMapping } from "../portmap/port_mapping.ts";
export type {
  MappingView,
  NoMapping,
  PortMappingOptions,
  PortMappingStatus,
} from "./client_mapping.ts";
export type { ClientListeners, TeredoClientOptions } from "./client_options.ts";
export type { ClientSocketOptions } from "./client_sockets.ts";
export * from "./host/client_tun.ts";
export type { EmbeddedRelaySettings } from "./embedded_relay.ts";
export type { GatewayClients, GatewayPolicy } from "./gateway_policy.ts";
export * from "./host/gateway_tun.ts";
export type { CheckGivenServer, GivenServer } from "./given_server.ts";
export * from "./listen_error.ts";
export * from "./node_options.ts";
export * from "./host/raw_ipv6.ts";
export type { RelayScope, RelaySettings } from "./host/relay_host.ts";
export * from "./host/relay_tun.ts";
export type { HostContext, HostSide, Opener } from "./node_context.ts";
export { toPlain } from "./readable.ts";
export * from "./teredo_client.ts";
export { TeredoNode } from "./teredo_node.ts";
export * from "./teredo_relay.ts";
export * from "./teredo_server.ts";
export type { TunSide, TunSideOptions } from "./host/tun_side.ts";
export type { UdpMode } from "./udp_mode.ts";
export type { TransportNews } from "./udp_opener.ts";
