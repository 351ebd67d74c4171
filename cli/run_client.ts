/**
 * A client on this host: its sockets, its interface, its log.
 *
 * @module
 */

import { Client } from "../client/client.ts";
import type { ClientEvent } from "../client/client_event.ts";
import { openInterface } from "../ffi/interface.ts";
import { Poller } from "../ffi/poller.ts";
import { openTun } from "../ffi/tun.ts";
import { ClientInterface } from "../io/client_interface.ts";
import { Counters } from "../io/counters.ts";
import { Driver } from "../io/driver.ts";
import { localAddresses } from "../io/local_addresses.ts";
import { EchoLink } from "../io/echo.ts";
import { localSource } from "../io/local_source.ts";
import { type LogFormat, type LogLevel, writeToStderr } from "../io/log.ts";
import { openLog } from "../io/open_log.ts";
import { openTunLink } from "../io/open_tun_link.ts";
import { aborted, together } from "../io/together.ts";
import { TEREDO_MTU } from "../protocol/constants.ts";
import { portOf } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { addressPolicy } from "./address_policy.ts";
import { type CredentialOptions, readCredentials } from "./client_credentials.ts";
import { ClientReport } from "./client_report.ts";
import { type ClientSocketOptions, openClientSockets } from "./client_sockets.ts";
import { describeDrops } from "./drop_report.ts";
import { faultReport } from "./fault_report.ts";
import { writeMessage } from "./message.ts";
import { type GivenServers, serverDirectory } from "./named_servers.ts";
import { describeNativeIpv6, nativeIpv6, refuseBesideNativeIpv6 } from "./native_ipv6.ts";
import { watchNetwork } from "./network_watch.ts";
import { describeOffload, type OffloadMode } from "./offload.ts";
import { restorer } from "./own_interface.ts";
import { withRemedy } from "./permission.ts";
import { pingThrough } from "./ping/client_ping.ts";
import { Recording, type RecordingOptions } from "./recording.ts";
import { Reload } from "./reload.ts";
import { ClientHook, openHook } from "./service/client_hook.ts";
import { Service } from "./service/service.ts";
import type { ServiceOptions } from "./service/service_options.ts";
import { SocketOpener } from "./socket_opener.ts";
import { clientPart } from "./status/client_part.ts";
import type { UdpMode } from "./udp_mode.ts";

/** What a person tells a client. */
export interface ClientOptions
  extends GivenServers, CredentialOptions, ClientSocketOptions, RecordingOptions, ServiceOptions {
  readonly interface: string;
  readonly defaultRoute: boolean;
  /** Whether it runs beside native IPv6 too. */
  readonly force: boolean;
  /** In milliseconds. */
  readonly refreshInterval: number | undefined;
  readonly allowPrivate: boolean;
  readonly offload: OffloadMode;
  readonly udp: UdpMode;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** A program to run when the address changes. */
  readonly hook: string | undefined;
}

/** How often names are looked up while a server is unknown, or another than the preferred one in use; ms. */
const LOOK_UP_INTERVAL = 600_000;

/** Events that are counted from zero on. */
const CLIENT_EVENTS: readonly ClientEvent["type"][] = [
  "qualified",
  "offline",
  "disabled",
  "server_silent",
  "peer_reached",
  "peer_unreachable",
];

/**
 * Gives this host IPv6 until `signal` aborts.
 *
 * @param reread the options as they are wanted by now
 * @throws {CliError} it cannot be begun
 */
export async function runClient(
  options: ClientOptions,
  signal: AbortSignal,
  reread: () => Promise<ClientOptions>,
): Promise<void> {
  const log = openLog(options.logLevel, writeToStderr, options.logFormat);
  const credentials = readCredentials(options, log);
  if (!options.force) refuseBesideNativeIpv6(options.interface);
  using resources = new DisposableStack();
  const recording = resources.use(new Recording(options, log));
  const counters = new Counters();
  const service = resources.use(
    await Service.open(options, {
      role: "client",
      events: CLIENT_EVENTS,
      counters,
      log,
    }),
  );

  const tun = withRemedy(
    "CAP_NET_ADMIN",
    () => openTun(options.interface, { offload: options.offload === "auto" }),
  );
  resources.defer(() => tun.close());
  const configuration = resources.adopt(openInterface(tun.name, tun.index), (it) => it.close());
  const network = new ClientInterface(configuration, options.defaultRoute, log);
  withRemedy("CAP_NET_ADMIN", () => network.prepare(TEREDO_MTU));

  const poller = new Poller();
  const { name, index } = tun;
  const own = { name, index, onNews: restorer(name, network, log) };
  const monitor = resources.use(watchNetwork(own, poller, onNetworkChange));
  const opener = new SocketOpener({ mode: options.udp, poller, counters, log });
  const { sockets, group } = resources.use(
    await openClientSockets(options, opener, counters, log),
  );

  const globalUnicast = addressPolicy(options.allowPrivate);
  let servers = serverDirectory(options, globalUnicast, log);
  await Promise.race([servers.find(), aborted(signal)]);
  if (signal.aborted) return;

  const client = new Client({
    servers: servers.addresses,
    globalUnicast,
    random: (bytes) => crypto.getRandomValues(bytes),
    credentials,
    refreshInterval: options.refreshInterval,
    determineRefreshInterval: options.determineRefresh,
    localDiscovery: group && { isOnLink: (address) => group.isOnLink(address) },
  });
  const link = new EchoLink(openTunLink(tun, poller, counters));
  const driver = new Driver({
    machine: client,
    sockets: recording.of(sockets),
    host: link,
    bulk: { fastPath: client, via: "service" },
    onEvent,
    onFault: faultReport(log),
    counters,
  });
  const port = portOf(sockets.service.local);
  const place = {
    nameOf: (primary: Ipv4Address) => servers.nameOf(primary),
    port,
    isOwn: (address: Ipv4Address) => localAddresses().some((own) => own.address === address),
    interface: tun.name,
    sourceTo: (address: Ipv4Address) => localSource(address),
  };
  const report = new ClientReport({
    ...place,
    trouble: () => opener.trouble,
    hasSecret: credentials !== undefined,
  });
  const hook = new ClientHook(openHook(options.hook, log), tun);
  service.attach({
    part: () => clientPart(driver.status(), place),
    ping: (destination, patience) =>
      pingThrough(
        {
          link,
          status: () => driver.status(),
          send: (ipv6) => driver.act((now, sink) => client.handlePacket(ipv6, now, sink)),
        },
        destination,
        patience,
      ),
  });

  function onEvent(event: ClientEvent): void {
    writeMessage(log, report.describe(event));
    if (event.type === "qualified") network.up(event.address, event.mtu);
    if (event.type === "offline" || event.type === "disabled") network.down();
    if (event.type === "offline") lookUpServers();
    service.onEvent(event);
    hook.onEvent(event);
  }

  function onNetworkChange(): void {
    globalUnicast.attach(localAddresses());
    group?.join();
    const native = options.force ? undefined : nativeIpv6(tun.name);
    const isDisabled = driver.status().state === "disabled";
    if (native !== undefined) {
      if (!isDisabled) log.info(`The network changed: ${describeNativeIpv6(native)}`);
      driver.act((_now, sink) => client.disable(sink));
      return;
    }
    log.info(
      isDisabled
        ? "Native IPv6 is gone, and Teredo is back"
        : "The network changed: the server is asked whether the mapping is still the same",
    );
    driver.act((now, sink) => {
      if (isDisabled) client.enable(now, sink);
      else client.requalify(now, sink);
    });
    lookUpServers();
  }

  function lookUpServers(): void {
    const asked = servers;
    asked.refresh(() => {
      if (asked === servers) useServers();
    });
  }

  /** The preferred server may not have been found yet, or have moved while another was in use. */
  async function lookUpFromTimeToTime(ending: AbortSignal): Promise<void> {
    const timer = setInterval(() => {
      if (!servers.isSettledOn(driver.status().server)) lookUpServers();
    }, LOOK_UP_INTERVAL);
    await aborted(ending);
    clearInterval(timer);
  }

  function useServers(): void {
    driver.act((now, sink) => client.useServers(servers.addresses, now, sink));
  }

  const reload = new Reload(options, reread, [
    { of: ["logLevel"], apply: ({ logLevel }) => log.setLevel(logLevel) },
    {
      of: ["defaultRoute"],
      apply: ({ defaultRoute }) => network.setDefaultRoute(defaultRoute),
    },
    { of: ["hook"], apply: (wanted) => hook.replace(openHook(wanted.hook, log)) },
    {
      of: ["server", "server2"],
      async apply(wanted) {
        const found = serverDirectory(wanted, globalUnicast, log);
        await found.find();
        servers = found;
        useServers();
      },
    },
  ], log);
  resources.use(reload.atHangup());

  log.debug(`Interface ${tun.name} is made; sending from UDP port ${port}`);
  log.info(describeOffload(tun));
  await together(
    signal,
    (ending) => driver.run(ending),
    (ending) => poller.run(ending, { mayNap: opener.needsPoller }),
    (ending) => monitor.run(ending),
    lookUpFromTimeToTime,
    (ending) => service.run(ending),
  );
  await hook.end();
  log.debug(() => describeDrops(counters));
  log.info(`Stopped; interface ${tun.name} is removed`);
}
