/**
 * A relay on this host: its socket, its interface, its log.
 *
 * @module
 */

import { Poller } from "../ffi/poller.ts";
import { Counters } from "../io/counters.ts";
import { Driver } from "../io/driver.ts";
import { type LogFormat, type LogLevel, writeToStderr } from "../io/log.ts";
import { openLog } from "../io/open_log.ts";
import { localAddresses } from "../io/local_addresses.ts";
import { together } from "../io/together.ts";
import type { RelayEvent } from "../relay/relay.ts";
import { formatEndpoint } from "../wire/endpoint.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import { addressPolicy } from "./address_policy.ts";
import { describeDrops } from "./drop_report.ts";
import { faultReport } from "./fault_report.ts";
import { writeMessage } from "./message.ts";
import { watchNetwork } from "./network_watch.ts";
import { Recording, type RecordingOptions } from "./recording.ts";
import { describeRelayPart, openRelayPart, type RelayPartOptions } from "./relay_part.ts";
import { describeRelayEvent } from "./relay_report.ts";
import { Reload } from "./reload.ts";
import { Service } from "./service/service.ts";
import type { ServiceOptions } from "./service/service_options.ts";
import { SocketOpener } from "./socket_opener.ts";
import { relayPart } from "./status/relay_part.ts";
import type { UdpMode } from "./udp_mode.ts";

/** What a person tells a relay. */
export interface RelayOptions extends RelayPartOptions, RecordingOptions, ServiceOptions {
  readonly bind: Ipv4Address | undefined;
  readonly port: number | undefined;
  readonly allowPrivate: boolean;
  readonly udp: UdpMode;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/** Events that are counted from zero on. */
export const RELAY_EVENTS: readonly RelayEvent["type"][] = ["peer_reached", "peer_unreachable"];

/**
 * Relays until `signal` aborts.
 *
 * @param reread the options as they are wanted by now
 * @throws {CliError} it cannot be begun
 */
export async function runRelay(
  options: RelayOptions,
  signal: AbortSignal,
  reread: () => Promise<RelayOptions>,
): Promise<void> {
  const log = openLog(options.logLevel, writeToStderr, options.logFormat);
  using resources = new DisposableStack();
  const recording = resources.use(new Recording(options, log));
  const counters = new Counters();
  const service = resources.use(
    await Service.open(options, { role: "relay", events: RELAY_EVENTS, counters, log }),
  );
  const poller = new Poller();
  const globalUnicast = addressPolicy(options.allowPrivate);
  const part = resources.use(
    openRelayPart(options, { poller, counters, globalUnicast, log }),
  );
  const monitor = resources.use(
    watchNetwork(part.own, poller, () => {
      globalUnicast.attach(localAddresses());
      part.look();
    }),
  );
  const opener = new SocketOpener({ mode: options.udp, poller, counters, log });
  const socket = opener.open(options.bind ?? ipv4Address(0), options.port ?? 0);
  resources.defer(() => socket.close());
  const driver = new Driver({
    machine: part.relay,
    sockets: recording.of({ service: socket }),
    host: part.link,
    bulk: { fastPath: part.relay, via: "service" },
    onEvent: (event) => {
      writeMessage(log, describeRelayEvent(event));
      service.onEvent(event);
    },
    onFault: faultReport(log),
    counters,
  });

  service.attach({ part: () => relayPart(driver.status(), socket.local, part.interface) });
  const reload = new Reload(options, reread, [
    { of: ["logLevel"], apply: ({ logLevel }) => log.setLevel(logLevel) },
  ], log);
  resources.use(reload.atHangup());

  log.info(`Relaying ${describeRelayPart(part)} from UDP ${formatEndpoint(socket.local)}`);
  await together(
    signal,
    (ending) => driver.run(ending),
    (ending) => service.run(ending),
    (ending) => poller.run(ending, { mayNap: opener.needsPoller }),
    (ending) => monitor.run(ending),
  );
  log.debug(() => describeDrops(counters));
  log.info(`Stopped; interface ${part.interface} is removed`);
}
