/**
 * Opens what this program needs of the system that it runs on.
 *
 * Each supported system has its own {@linkcode Implementation}, which only this file names.
 *
 * @module
 */

import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { DatagramSender } from "./datagram.ts";
import { DARWIN } from "./darwin/darwin.ts";
import type { Implementation } from "./implementation.ts";
import type { InputFilter, InputFilterOptions } from "./input_filter.ts";
import type { Interface } from "./interface.ts";
import type { LinkMonitor } from "./link_monitor.ts";
import { LINUX } from "./linux/linux.ts";
import { platform, type PlatformId, UnsupportedPlatform } from "./platform.ts";
import type { RawIpv6 } from "./raw_ipv6.ts";
import type { OwnRights } from "./rights.ts";
import type { RouteAnswer } from "./route.ts";
import type { SocketOptions } from "./socket_options.ts";
import type { SourceNat, SourceNatOptions } from "./source_nat.ts";
import type { Tun, TunOptions, TunPairOptions } from "./tun.ts";
import {
  type BatchedUdpOptions,
  type BatchedUdpSocket,
  BatchingUnavailable,
} from "./udp_socket.ts";
import type { Bell, WaitHandle, WaitList } from "./waiting.ts";
import { WINDOWS } from "./windows/windows.ts";

const IMPLEMENTATIONS: Readonly<Partial<Record<PlatformId, Implementation>>> = {
  darwin: DARWIN,
  linux: LINUX,
  windows: WINDOWS,
};

const system: Implementation = IMPLEMENTATIONS[platform.id] ?? {};

/**
 * Whether this system has a part. Opening one that it lacks throws {@linkcode UnsupportedPlatform}.
 */
export function supports(part: keyof Implementation): boolean {
  return system[part] !== undefined;
}

/**
 * Makes a virtual interface. The kernel removes it when the TUN is closed, however the process
 * ends.
 *
 * @param name its name, at most 15 octets on Linux, and `utun` with a number on macOS. `%d` in it
 * stands for the first free number.
 * @param options without them, packets are plain
 * @throws {SystemError} It cannot be made, or exists and would stay; the message says what to do.
 */
export function openTun(name: string, options: TunOptions = {}): Tun {
  return need("openTun", "open a TUN interface")(name, options);
}

/**
 * Opens two ends that are like TUN interfaces without being any: what is written to one is read from
 * the other.
 *
 * @throws {SystemError} the system gives none
 */
export function openTunPair(options: TunPairOptions): [Tun, Tun] {
  return need("openTunPair", "open a pair of ends")(options);
}

/**
 * Opens an interface for configuration.
 *
 * @param name the interface's name, for messages
 * @param index the interface's index, which identifies it
 */
export function openInterface(name: string, index: number): Interface {
  return need("openInterface", "configure network interfaces")(name, index);
}

/**
 * Opens a monitor of the host's network.
 *
 * @param own the index of this program's interface, if there is one
 * @returns Undefined on a system that reports nothing: look from time to time instead.
 * @throws {SystemError} It cannot be opened.
 */
export function openLinkMonitor(own?: number): LinkMonitor | undefined {
  return system.openLinkMonitor?.(own);
}

/**
 * Opens a UDP socket that moves many datagrams with one system call.
 *
 * @throws {BatchingUnavailable} This system has no such sockets; the message says why.
 * @throws {SystemError} The address cannot be bound.
 */
export function openUdpSocket(options: BatchedUdpOptions): BatchedUdpSocket {
  if (system.openUdpSocket === undefined) {
    throw new BatchingUnavailable(`It needs Linux, and this is ${platform.name}`);
  }
  return system.openUdpSocket(options);
}

/**
 * Opens a way to send whole IPv6 packets: a raw socket on Linux, an interface on macOS and Windows.
 *
 * @throws {SystemError} With the code `"EPERM"` or `"EACCES"` when the program may not do that, as
 * without the capability CAP_NET_RAW on Linux.
 */
export function openRawIpv6(): RawIpv6 {
  return need("openRawIpv6", "send raw IPv6 packets")();
}

/**
 * Opens a socket that sends to a Unix socket whose name is not in the file system: Deno has no
 * access to those.
 *
 * @throws {RangeError} no address has such a name
 * @throws {SystemError} the system gives no socket
 */
export function openAbstractDatagram(name: string): DatagramSender {
  return need("openAbstractDatagram", "send to abstract Unix sockets")(name);
}

/**
 * The process that listens at a Unix socket, by its number for this process; undefined if it is in
 * a namespace of processes that can't be seen from here. What it says of itself is its number in
 * its own namespace, as in a container.
 *
 * @throws {SystemError} nobody listens there, or this user may not connect
 */
export function listeningProcess(path: string): number | undefined {
  return need("listeningProcess", "find out which process listens at a socket")(path);
}

/** Options of sockets that Deno opened; undefined on a system where they cannot be set. */
export function socketOptions(): SocketOptions | undefined {
  return system.socketOptions;
}

/**
 * Asks the kernel how it would send to an address now, without sending anything.
 *
 * For an IPv6 address this shows whether the host has IPv6 without us: it has when the way to some
 * global address leads through another interface and starts from a global source address. One
 * question is enough however many routes there are, and a route to 2000::/3 counts as a default
 * route does.
 *
 * @param destination 4 or 16 octets
 * @param through the name of an interface: asks for the best way through it, even if a better one
 * leads through another.
 * @throws {SystemError} The kernel cannot be asked.
 */
export function findRoute(destination: Uint8Array, through?: string): RouteAnswer {
  return system.findRoute?.(destination, through) ?? "unknown";
}

/**
 * The address of this host that packets to `destination` come from; undefined if there is no way
 * there, or this system cannot be asked. Nothing is sent.
 *
 * @throws {SystemError} The kernel cannot be asked.
 */
export function findSource(destination: Ipv4Address): Ipv4Address | undefined {
  return system.findSource?.(destination);
}

/**
 * Switches source NAT on, and the forwarding of IPv6 packets if it is off.
 *
 * @throws {RangeError} A counter's name is used twice.
 * @throws {ForwardingRefused} Forwarding is off and cannot be switched on here.
 * @throws {SystemError} The kernel refuses; the message says what to do.
 */
export function openSourceNat(options: SourceNatOptions): SourceNat {
  return need("openSourceNat", "translate addresses")(options);
}

/**
 * Switches a filter on for what comes in by one interface.
 *
 * @throws {SystemError} The kernel refuses; the message says what to do.
 */
export function openInputFilter(options: InputFilterOptions): InputFilter {
  return need("openInputFilter", "filter packets")(options);
}

/**
 * Whether this host forwards IPv6 packets between its interfaces; undefined where that cannot be
 * seen.
 */
export function forwardsIpv6(): boolean | undefined {
  return system.forwardsIpv6?.();
}

/** How this process gives up rights; undefined on a system where it can't keep only some. */
export function ownRights(): OwnRights | undefined {
  return system.ownRights;
}

/**
 * Gives back memory that only the start needed, where this system counts it as this process's.
 * Pages of the executable's file come back by themselves when they are needed.
 */
export function releaseStartMemory(): void {
  system.releaseStartMemory?.();
}

/**
 * Keeps V8's own threads from displacing the one that handles packets, where the system has a way.
 * For a process that does nothing else.
 */
export function letPacketsGoFirst(): void {
  system.letPacketsGoFirst?.();
}

/** A bell that ends waits early. */
export function newBell(): Bell {
  return need("newBell", "wait for packets")();
}

/**
 * What is ready when the event loop of this thread has something to do; `undefined` if this system
 * doesn't show it.
 */
export function findEventLoop(): WaitHandle | undefined {
  return system.findEventLoop?.();
}

/** A list of handles to wait for: those in `ends`, which only end a wait, and those of `sources`. */
export function newWaitList<Source>(
  ends: readonly WaitHandle[],
  sources: ReadonlyMap<WaitHandle, Source>,
): WaitList<Source> {
  return need("newWaitList", "wait for packets")(ends, sources);
}

function need<Part extends keyof Implementation>(
  part: Part,
  attempt: string,
): NonNullable<Implementation[Part]> {
  const found = system[part];
  if (found === undefined) throw new UnsupportedPlatform(attempt);
  return found;
}
