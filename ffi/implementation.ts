/**
 * What a system has to bring, one function for each contract.
 *
 * @module
 */

import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { DatagramSender } from "./datagram.ts";
import type { InputFilter, InputFilterOptions } from "./input_filter.ts";
import type { Interface } from "./interface.ts";
import type { LinkMonitor } from "./link_monitor.ts";
import type { RawIpv6 } from "./raw_ipv6.ts";
import type { OwnRights } from "./rights.ts";
import type { RouteAnswer } from "./route.ts";
import type { SocketOptions } from "./socket_options.ts";
import type { SourceNat, SourceNatOptions } from "./source_nat.ts";
import type { Tun, TunOptions, TunPairOptions } from "./tun.ts";
import type { BatchedUdpOptions, BatchedUdpSocket } from "./udp_socket.ts";
import type { Bell, WaitHandle, WaitList } from "./waiting.ts";

/**
 * The parts of one system. What is missing does not exist there, or not yet. `open.ts` documents
 * each of them.
 */
export interface Implementation {
  readonly newBell?: () => Bell;
  readonly newWaitList?: <Source>(
    ends: readonly WaitHandle[],
    sources: ReadonlyMap<WaitHandle, Source>,
  ) => WaitList<Source>;
  readonly findEventLoop?: () => WaitHandle | undefined;
  readonly openTun?: (name: string, options: TunOptions) => Tun;
  readonly openTunPair?: (options: TunPairOptions) => [Tun, Tun];
  readonly openInterface?: (name: string, index: number) => Interface;
  readonly openLinkMonitor?: (own: number | undefined) => LinkMonitor;
  readonly openUdpSocket?: (options: BatchedUdpOptions) => BatchedUdpSocket;
  readonly openRawIpv6?: () => RawIpv6;
  readonly openAbstractDatagram?: (name: string) => DatagramSender;
  readonly listeningProcess?: (path: string) => number | undefined;
  readonly socketOptions?: SocketOptions;
  readonly findRoute?: (destination: Uint8Array, through: string | undefined) => RouteAnswer;
  readonly findSource?: (destination: Ipv4Address) => Ipv4Address | undefined;
  readonly openSourceNat?: (options: SourceNatOptions) => SourceNat;
  readonly openInputFilter?: (options: InputFilterOptions) => InputFilter;
  readonly forwardsIpv6?: () => boolean | undefined;
  readonly ownRights?: OwnRights;
  readonly releaseStartMemory?: () => void;
  readonly letPacketsGoFirst?: () => void;
}
