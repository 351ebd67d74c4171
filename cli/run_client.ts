/**
 * A client on this host: its socket, its interface, its log.
 *
 * @module
 */

import { Client } from "../client/client.ts";
import type { ServerAddresses } from "../client/client_config.ts";
import type { ClientEvent } from "../client/client_event.ts";
import { openInterface } from "../ffi/interface.ts";
import { Poller } from "../ffi/poller.ts";
import { openTun } from "../ffi/tun.ts";
import { ClientInterface } from "../io/client_interface.ts";
import { Counters } from "../io/counters.ts";
import { Driver } from "../io/driver.ts";
import { localAddresses } from "../io/local_addresses.ts";
import { type LogLevel, openLog } from "../io/log.ts";
import { openTunLink } from "../io/open_tun_link.ts";
import { ServerName } from "../io/server_name.ts";
import { ServerRefresh } from "../io/server_refresh.ts";
import { aborted, together } from "../io/together.ts";
import { TEREDO_MTU } from "../protocol/constants.ts";
import { portOf } from "../wire/endpoint.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { formatIpv4, ipv4Address } from "../wire/ipv4_address.ts";
import { addressPolicy } from "./address_policy.ts";
import { CliError } from "./cli_error.ts";
import { ClientReport } from "./client_report.ts";
import { describeDrops } from "./drop_report.ts";
import { faultReport } from "./fault_report.ts";
import { writeMessage } from "./message.ts";
import { describeOffload, type OffloadMode } from "./offload.ts";
import { withRemedy } from "./permission.ts";
import { SocketOpener } from "./socket_opener.ts";
import type { UdpMode } from "./udp_mode.ts";

/** What a person tells a client. */
export interface ClientOptions {
  readonly server: string;
  readonly server2: string | undefined;
  readonly port: number | undefined;
  readonly interface: string;
  readonly defaultRoute: boolean;
  /** In milliseconds. */
  readonly refreshInterval: number | undefined;
  readonly allowPrivate: boolean;
  readonly offload: OffloadMode;
  readonly udp: UdpMode;
  readonly logLevel: LogLevel;
}

/**
 * Gives this host IPv6 until `signal` aborts.
 *
 * @throws {CliError} it cannot be begun
 */
export async function runClient(options: ClientOptions, signal: AbortSignal): Promise<void> {
  const log = openLog(options.logLevel);
  using resources = new DisposableStack();
  const counters = new Counters();

  const tun = withRemedy(
    "CAP_NET_ADMIN",
    () => openTun(options.interface, { offload: options.offload === "auto" }),
  );
  resources.defer(() => tun.close());
  const configuration = resources.adopt(openInterface(tun.name, tun.index), (it) => it.close());
  const network = new ClientInterface(configuration, options.defaultRoute, log);
  withRemedy("CAP_NET_ADMIN", () => network.prepare(TEREDO_MTU));

  const poller = new Poller();
  const opener = new SocketOpener({ mode: options.udp, poller, counters, log });
  const socket = opener.open(ipv4Address(0), options.port ?? 0);
  resources.defer(() => socket.close());

  const globalUnicast = addressPolicy(options.allowPrivate);
  const name = new ServerName(options.server, options.server2);
  const servers = await Promise.race([name.resolve(), aborted(signal)]);
  if (servers === undefined) return;
  checkServer(servers, globalUnicast);

  const client = new Client({
    servers: [servers],
    globalUnicast,
    random: (bytes) => crypto.getRandomValues(bytes),
    refreshInterval: options.refreshInterval,
  });
  const driver = new Driver({
    machine: client,
    sockets: { service: socket },
    host: openTunLink(tun, poller, counters),
    bulk: { fastPath: client, via: "service" },
    onEvent,
    onFault: faultReport(log),
    counters,
  });
  const refresh = new ServerRefresh(name, servers, log, (changed) => {
    driver.act((now, sink) => client.useServers([changed], now, sink));
  });
  const port = portOf(socket.local);
  const report = new ClientReport({
    serverName: options.server,
    port,
    isOwn: (address) => localAddresses().some((own) => own.address === address),
  });

  function onEvent(event: ClientEvent): void {
    writeMessage(log, report.describe(event));
    if (event.type === "qualified") network.up(event.address, event.mtu);
    if (event.type === "offline") {
      network.down();
      refresh.begin();
    }
  }

  log.debug(`Interface ${tun.name} is made; sending from UDP port ${port}`);
  log.info(describeOffload(tun));
  await together(signal, (ending) => driver.run(ending), (ending) => poller.run(ending));
  log.debug(() => describeDrops(counters));
  log.info(`Stopped; interface ${tun.name} is removed`);
}

function checkServer({ primary, secondary }: ServerAddresses, globalUnicast: GlobalUnicast): void {
  for (const address of [primary, secondary]) {
    if (globalUnicast.has(address)) continue;
    throw new CliError(
      `Cannot use the server at ${formatIpv4(address)}: it is not a public address. ` +
        "For a network of its own, allow private ones with --allow-private",
    );
  }
}
