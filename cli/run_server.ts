/**
 * A server on this host, alone or with a relay: its sockets, its way to native IPv6, its log.
 *
 * @module
 */

import { Poller } from "../ffi/poller.ts";
import { openRawIpv6 } from "../ffi/raw_ipv6.ts";
import { Counters } from "../io/counters.ts";
import { Driver } from "../io/driver.ts";
import { localAddresses } from "../io/local_addresses.ts";
import { type Log, type LogFormat, type LogLevel, writeToStderr } from "../io/log.ts";
import { openLog } from "../io/open_log.ts";
import { RawLink } from "../io/raw_link.ts";
import { SplitLink } from "../io/split_link.ts";
import { type Task, together } from "../io/together.ts";
import type { FastPath, Machine } from "../protocol/machine.ts";
import type { RelayEvent } from "../relay/relay.ts";
import { Server } from "../server/server.ts";
import type { ServerConfig, ServerSocket } from "../server/server_config.ts";
import type { ServerEvent } from "../server/server_event.ts";
import { ServerWithRelay } from "../server/server_with_relay.ts";
import { addressOf, formatEndpoint } from "../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";
import { AddressWatch } from "./address_watch.ts";
import { addressPolicy } from "./address_policy.ts";
import { describeDrops } from "./drop_report.ts";
import { faultReport } from "./fault_report.ts";
import { type Message, writeMessage } from "./message.ts";
import { watchNetwork } from "./network_watch.ts";
import { withRemedy } from "./permission.ts";
import { Recording, type RecordingOptions } from "./recording.ts";
import {
  describeRelayPart,
  openRelayPart,
  type RelayPart,
  type RelayPartOptions,
} from "./relay_part.ts";
import { describeRelayEvent } from "./relay_report.ts";
import { Reload } from "./reload.ts";
import { SecretsFile } from "./secrets_file.ts";
import { chooseAddresses } from "./server_addresses.ts";
import { describeServerEvent } from "./server_report.ts";
import { onHangup } from "./signals.ts";
import { Service } from "./service/service.ts";
import type { ServiceOptions } from "./service/service_options.ts";
import { SocketOpener } from "./socket_opener.ts";
import { type AnyServerStatus, serverPart } from "./status/server_part.ts";
import type { UdpMode } from "./udp_mode.ts";

/** What a person tells a server. */
export interface ServerOptions extends RelayPartOptions, RecordingOptions, ServiceOptions {
  readonly primary: Ipv4Address;
  readonly secondary: Ipv4Address | undefined;
  readonly port: number;
  /** Whether a relay shares the primary address. */
  readonly relay: boolean;
  /** The file with the clients that alone are served. */
  readonly secrets: string | undefined;
  readonly requireNonce: boolean;
  readonly acceptPortMismatch: boolean;
  readonly mtu: number | "omit" | undefined;
  readonly limits: "on" | "off";
  readonly allowPrivate: boolean;
  readonly udp: UdpMode;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

type Event = ServerEvent | RelayEvent;

/** Events that are counted from zero on. */
const SERVER_EVENTS: readonly ServerEvent["type"][] = ["limit_reached", "retired_key_used"];

/** A server, with or without a relay: the former moves the bulk of its packets on a path of their own. */
interface Role {
  readonly machine: Machine<ServerSocket, Event, AnyServerStatus> & Pick<Server, "reconfigure">;
  readonly fastPath: FastPath | undefined;
}

/**
 * Serves until `signal` aborts.
 *
 * @param reread the options as they are wanted by now
 * @throws {CliError} it cannot
 */
export async function runServer(
  options: ServerOptions,
  signal: AbortSignal,
  reread: () => Promise<ServerOptions>,
): Promise<void> {
  const log = openLog(options.logLevel, writeToStderr, options.logFormat);
  const { port } = options;
  const globalUnicast = addressPolicy(options.allowPrivate);
  const ownAddresses = localAddresses().map(({ address }) => address);
  const { primary, secondary } = chooseAddresses(options, ownAddresses, globalUnicast, log);

  using resources = new DisposableStack();
  const recording = resources.use(new Recording(options, log));
  let secrets = openSecrets(options.secrets, log);
  const counters = new Counters();
  const service = resources.use(
    await Service.open(options, { role: "server", events: SERVER_EVENTS, counters, log }),
  );
  const poller = new Poller();
  const opener = new SocketOpener({
    mode: options.udp,
    poller,
    counters,
    log,
    instead: "serve on other addresses: clients know no other port than 3544",
  });
  const open = (address: Ipv4Address) =>
    resources.adopt(opener.open(address, port), (socket) => socket.close());
  const raw = openRaw(resources, log);
  const sockets = {
    primary: open(primary),
    ...secondary !== undefined && { secondary: open(secondary) },
  };
  const relay = options.relay
    ? resources.use(openRelayPart(options, { poller, counters, globalUnicast, log }))
    : undefined;
  const configFor = (wanted: ServerOptions): ServerConfig => ({
    primary,
    secondary,
    port,
    globalUnicast,
    ownAddresses,
    secrets,
    advertisedMtu: wanted.mtu,
    requireNonce: wanted.requireNonce,
    acceptPortMismatch: wanted.acceptPortMismatch,
    limits: wanted.limits === "off" ? "off" : undefined,
  });
  const { machine, fastPath } = roleOf(configFor(options), relay);
  const driver = new Driver({
    machine,
    sockets: recording.of(sockets),
    host: relay === undefined ? raw : new SplitLink(relay.link, relay.serves, raw),
    bulk: fastPath && { fastPath, via: "primary" },
    onEvent: (event) => {
      writeMessage(log, describe(event));
      service.onEvent(event);
    },
    onFault: faultReport(log),
    counters,
  });

  service.attach({ part: () => serverPart(driver.status(), relay?.interface) });
  const reload = new Reload(options, reread, [
    { of: ["logLevel"], apply: ({ logLevel }) => log.setLevel(logLevel) },
    {
      of: ["secrets"],
      apply(wanted) {
        secrets = openSecrets(wanted.secrets, log);
        machine.reconfigure(configFor(wanted));
      },
    },
    {
      of: ["mtu", "requireNonce", "acceptPortMismatch", "limits"],
      apply: (wanted) => machine.reconfigure(configFor(wanted)),
    },
  ], log);
  resources.use(onHangup(async () => {
    const before = secrets;
    await reload.now();
    if (secrets === before) secrets?.reload();
  }));

  const watch = new AddressWatch(Object.values(sockets).map(({ local }) => addressOf(local)), log);
  const monitor = resources.use(watchNetwork(relay?.own, poller, () => {
    const own = localAddresses();
    globalUnicast.attach(own);
    relay?.look();
    watch.look(own.map(({ address }) => address));
  }));
  const places = Object.values(sockets).map(({ local }) => formatEndpoint(local));
  if (relay !== undefined) log.info(`Relaying ${describeRelayPart(relay)}`);
  log.info(`Serving on ${places.join(" and ")}`);
  const tasks: Task[] = [
    (ending) => driver.run(ending),
    (ending) => monitor.run(ending),
    (ending) => service.run(ending),
  ];
  if (Deno.build.os === "linux") {
    tasks.push((ending) => poller.run(ending, { mayNap: opener.needsPoller }));
  }
  await together(signal, ...tasks);
  log.debug(() => describeDrops(counters));
  log.info(`Stopped serving on ${formatIpv4(primary)}`);
}

function roleOf(config: ServerConfig, part: RelayPart | undefined): Role {
  if (part === undefined) return { machine: new Server(config), fastPath: undefined };
  const both = new ServerWithRelay(config, part.relay);
  return { machine: both, fastPath: both };
}

function describe(event: Event): Message {
  return "peer" in event ? describeRelayEvent(event) : describeServerEvent(event);
}

function openSecrets(path: string | undefined, log: Log): SecretsFile | undefined {
  return path === undefined ? undefined : new SecretsFile(path, log);
}

/** The way to native IPv6: where the system has none, the server does the rest of its work. */
function openRaw(resources: DisposableStack, log: Log): RawLink | undefined {
  if (Deno.build.os !== "linux") {
    log.warn("Connectivity tests to native IPv6 are not forwarded: that needs Linux");
    return undefined;
  }
  const socket = withRemedy("CAP_NET_RAW", openRawIpv6);
  return new RawLink(resources.adopt(socket, (opened) => opened.close()));
}
