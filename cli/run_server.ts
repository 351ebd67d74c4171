/**
 * A server on this host: its sockets, its way to native IPv6, its log.
 *
 * @module
 */

import { Poller } from "../ffi/poller.ts";
import { openRawIpv6 } from "../ffi/raw_ipv6.ts";
import { Counters } from "../io/counters.ts";
import { Driver } from "../io/driver.ts";
import { localAddresses } from "../io/local_addresses.ts";
import { type Log, type LogLevel, openLog } from "../io/log.ts";
import { RawLink } from "../io/raw_link.ts";
import { type Task, together } from "../io/together.ts";
import { Server } from "../server/server.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";
import { formatEndpoint } from "../wire/endpoint.ts";
import { addressPolicy } from "./address_policy.ts";
import { describeDrops } from "./drop_report.ts";
import { faultReport } from "./fault_report.ts";
import { writeMessage } from "./message.ts";
import { withRemedy } from "./permission.ts";
import { chooseAddresses } from "./server_addresses.ts";
import { describeServerEvent } from "./server_report.ts";
import { SocketOpener } from "./socket_opener.ts";
import type { UdpMode } from "./udp_mode.ts";

/** What a person tells a server. */
export interface ServerOptions {
  readonly primary: Ipv4Address;
  readonly secondary: Ipv4Address | undefined;
  readonly port: number;
  readonly allowPrivate: boolean;
  readonly limits: "on" | "off";
  readonly udp: UdpMode;
  readonly logLevel: LogLevel;
}

/**
 * Serves until `signal` aborts.
 *
 * @throws {CliError} it cannot
 */
export async function runServer(options: ServerOptions, signal: AbortSignal): Promise<void> {
  const log = openLog(options.logLevel);
  const { port } = options;
  const globalUnicast = addressPolicy(options.allowPrivate);
  const ownAddresses = localAddresses().map(({ address }) => address);
  const { primary, secondary } = chooseAddresses(options, ownAddresses, globalUnicast, log);

  using resources = new DisposableStack();
  const counters = new Counters();
  const poller = new Poller();
  const opener = new SocketOpener({ mode: options.udp, poller, counters, log });
  const open = (address: Ipv4Address) =>
    resources.adopt(opener.open(address, port), (socket) => socket.close());
  const host = openHost(resources, log);
  const sockets = {
    primary: open(primary),
    ...secondary !== undefined && { secondary: open(secondary) },
  };
  const driver = new Driver({
    machine: new Server({
      primary,
      secondary,
      port,
      globalUnicast,
      ownAddresses,
      limits: options.limits === "off" ? "off" : undefined,
    }),
    sockets,
    host,
    onEvent: (event) => writeMessage(log, describeServerEvent(event)),
    onFault: faultReport(log),
    counters,
  });

  const places = Object.values(sockets).map(({ local }) => formatEndpoint(local));
  log.info(`Serving on ${places.join(" and ")}`);
  const tasks: Task[] = [(ending) => driver.run(ending)];
  if (opener.needsPoller) tasks.push((ending) => poller.run(ending));
  await together(signal, ...tasks);
  log.debug(() => describeDrops(counters));
  log.info(`Stopped serving on ${formatIpv4(primary)}`);
}

/** The way to native IPv6: where the system has none, the server does the rest of its work. */
function openHost(resources: DisposableStack, log: Log): RawLink | undefined {
  if (Deno.build.os !== "linux") {
    log.warn("Connectivity tests to native IPv6 are not forwarded: that needs Linux");
    return undefined;
  }
  const socket = withRemedy("CAP_NET_RAW", openRawIpv6);
  return new RawLink(resources.adopt(socket, (opened) => opened.close()));
}
