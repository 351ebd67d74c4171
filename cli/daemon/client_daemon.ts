/**
 * A client on this host: its sockets, its interface, its log.
 *
 * @module
 */

import type { ClientEvent } from "../../client/client_event.ts";
import { Counters } from "../../io/counters.ts";
import { localAddresses } from "../../io/network/local_addresses.ts";
import { localSource } from "../../io/network/routes.ts";
import type { LogFormat, LogLevel } from "../../io/log.ts";
import { openLog } from "../process/open_log.ts";
import { writeToStderr } from "../process/streams.ts";
import { runTogether } from "../../io/run_together.ts";
import { type ClientTun, clientTun } from "../../nodes/client_tun.ts";
import { untilEnd } from "../../nodes/teredo_node.ts";
import { TeredoClient } from "../../nodes/teredo_client.ts";
import type { UdpMode } from "../../nodes/udp_mode.ts";
import { portOf } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { networkFor } from "./settings/allow_private.ts";
import { type CredentialOptions, readCredentials } from "./settings/client_credentials.ts";
import { ClientReport } from "./messages/client_messages.ts";
import { describeDrops } from "./messages/drop_messages.ts";
import { withListenRemedy } from "./listen_remedy.ts";
import { writeMessage } from "./messages/message.ts";
import { checkServer, type GivenServers, serversOf } from "./settings/named_servers.ts";
import { describeNativeIpv6, nativeIpv6, refuseBesideNativeIpv6 } from "./refuse_beside_ipv6.ts";
import type { OffloadMode } from "../args/kinds/offload_mode.ts";
import { describeOffload } from "./messages/offload_messages.ts";
import { withRemedy } from "./capability_remedy.ts";
import { pingThrough } from "./control/client_ping.ts";
import { Recording, type RecordingOptions } from "./recording/recording.ts";
import { Reload } from "./reload.ts";
import { ClientHook, openHook } from "./hook/client_hook.ts";
import { Service } from "./operator_service.ts";
import type { ServiceOptionValues } from "./settings/service_option_values.ts";
import { clientPart } from "./status/client_part.ts";
import { describeTransport } from "./messages/transport_messages.ts";

/** What a person tells a client. */
export interface ClientOptions
  extends GivenServers, CredentialOptions, RecordingOptions, ServiceOptionValues {
  readonly port: number | undefined;
  readonly determineRefresh: boolean;
  readonly localDiscovery: boolean;
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

  const openTun = clientTun({
    name: options.interface,
    defaultRoute: options.defaultRoute,
    offload: options.offload === "auto",
  });
  let side: ClientTun | undefined;
  const client = await unlessAborted(
    signal,
    withListenRemedy(() =>
      TeredoClient.start({
        servers: serversOf(options),
        checkServer,
        credentials,
        refreshInterval: options.refreshInterval,
        determineRefreshInterval: options.determineRefresh,
        localDiscovery: options.localDiscovery,
        port: options.port,
        host: (context) => side = withRemedy("CAP_NET_ADMIN", () => openTun(context)),
        network: networkFor(options.allowPrivate),
        udp: options.udp,
        isNeeded,
        onEvent,
        onTransport: (news) => writeMessage(log, describeTransport(news)),
        log,
        counters,
        tap: (socket) => recording.tap(socket),
        isAlone: true,
        signal,
      })
    ),
  );
  if (client === undefined) return;
  const tun = side!;
  const port = portOf(client.local);
  const place = {
    nameOf: (primary: Ipv4Address) => client.nameOf(primary),
    port,
    isOwn: (address: Ipv4Address) => localAddresses().some((own) => own.address === address),
    interface: tun.name,
    sourceTo: (address: Ipv4Address) => localSource(address),
  };
  const report = new ClientReport({ ...place, trouble: () => client.trouble });
  const hook = new ClientHook(openHook(options.hook, log), tun);
  service.attach({
    part: () => clientPart(client.status(), place),
    ping: (destination, patience) => pingThrough(client, destination, patience),
  });

  function onEvent(event: ClientEvent): void {
    writeMessage(log, report.describe(event));
    service.onEvent(event);
    hook.onEvent(event);
  }

  /** After a change of the network. */
  function isNeeded(): boolean {
    const native = options.force ? undefined : nativeIpv6(tun.name);
    const isDisabled = client!.status().state === "disabled";
    if (native !== undefined) {
      if (!isDisabled) log.info(`The network changed: ${describeNativeIpv6(native)}`);
      return false;
    }
    log.info(
      isDisabled
        ? "Native IPv6 is gone, and Teredo is back"
        : "The network changed: the server is asked whether the mapping is still the same",
    );
    return true;
  }

  const reload = new Reload(options, reread, [
    { of: ["logLevel"], apply: ({ logLevel }) => log.setLevel(logLevel) },
    {
      of: ["defaultRoute"],
      apply: ({ defaultRoute }) => tun.setDefaultRoute(defaultRoute),
    },
    { of: ["hook"], apply: (wanted) => hook.replace(openHook(wanted.hook, log)) },
    { of: ["server", "server2"], apply: (wanted) => client.useServers(serversOf(wanted)) },
  ], log);
  resources.use(reload.atHangup());

  log.debug(`Interface ${tun.name} is made; sending from UDP port ${port}`);
  log.info(describeOffload(tun));
  await runTogether(
    signal,
    (ending) => untilEnd(client, ending),
    (ending) => service.run(ending),
  );
  await hook.end();
  log.debug(() => describeDrops(counters));
  log.info(`Stopped; interface ${tun.name} is removed`);
}

/** What was started; undefined where the end came first. */
async function unlessAborted<T>(signal: AbortSignal, started: Promise<T>): Promise<T | undefined> {
  try {
    return await started;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
