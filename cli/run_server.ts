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
import { type Log, type LogLevel, openLog } from "../io/log.ts";
import { RawLink } from "../io/raw_link.ts";
import { SplitLink } from "../io/split_link.ts";
import { type Task, together } from "../io/together.ts";
import type { FastPath, Machine } from "../protocol/machine.ts";
import type { RelayEvent } from "../relay/relay.ts";
import { Server } from "../server/server.ts";
import type { ServerConfig, ServerSocket } from "../server/server_config.ts";
import type { ServerEvent } from "../server/server_event.ts";
import { ServerWithRelay } from "../server/server_with_relay.ts";
import { formatEndpoint } from "../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";
import { addressPolicy } from "./address_policy.ts";
import { describeDrops } from "./drop_report.ts";
import { faultReport } from "./fault_report.ts";
import { type Message, writeMessage } from "./message.ts";
import { withRemedy } from "./permission.ts";
import { Recording, type RecordingOptions } from "./recording.ts";
import {
  describeRelayPart,
  openRelayPart,
  type RelayPart,
  type RelayPartOptions,
} from "./relay_part.ts";
import { describeRelayEvent } from "./relay_report.ts";
import { SecretsFile } from "./secrets_file.ts";
import { chooseAddresses } from "./server_addresses.ts";
import { describeServerEvent } from "./server_report.ts";
import { onHangup } from "./signals.ts";
import { SocketOpener } from "./socket_opener.ts";
import type { UdpMode } from "./udp_mode.ts";

/** What a person tells a server. */
export interface ServerOptions extends RelayPartOptions, RecordingOptions {
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
}

type Event = ServerEvent | RelayEvent;

/** A server, with or without a relay: the former moves the bulk of its packets on a path of their own. */
interface Role {
  readonly machine: Machine<ServerSocket, Event, unknown>;
  readonly fastPath: FastPath | undefined;
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
  const recording = resources.use(new Recording(options, log));
  const secrets = openSecrets(options.secrets, resources, log);
  const counters = new Counters();
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
  const { machine, fastPath } = roleOf({
    primary,
    secondary,
    port,
    globalUnicast,
    ownAddresses,
    secrets,
    advertisedMtu: options.mtu,
    requireNonce: options.requireNonce,
    acceptPortMismatch: options.acceptPortMismatch,
    limits: options.limits === "off" ? "off" : undefined,
  }, relay);
  const driver = new Driver({
    machine,
    sockets: recording.of(sockets),
    host: relay === undefined ? raw : new SplitLink(relay.link, relay.serves, raw),
    bulk: fastPath && { fastPath, via: "primary" },
    onEvent: (event) => writeMessage(log, describe(event)),
    onFault: faultReport(log),
    counters,
  });

  const places = Object.values(sockets).map(({ local }) => formatEndpoint(local));
  if (relay !== undefined) log.info(`Relaying ${describeRelayPart(relay)}`);
  log.info(`Serving on ${places.join(" and ")}`);
  const tasks: Task[] = [(ending) => driver.run(ending)];
  if (opener.needsPoller || relay !== undefined) {
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

/** The clients' secrets, which are read again at each SIGHUP. */
function openSecrets(
  path: string | undefined,
  resources: DisposableStack,
  log: Log,
): SecretsFile | undefined {
  if (path === undefined) return undefined;
  const secrets = new SecretsFile(path, log);
  resources.use(onHangup(() => secrets.reload()));
  return secrets;
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
