/**
 * A relay on this host: its socket, its interface, its log.
 *
 * @module
 */

import { Counters } from "../../io/counters.ts";
import type { LogFormat, LogLevel } from "../../io/log.ts";
import { openLog } from "../process/open_log.ts";
import { writeToStderr } from "../process/streams.ts";
import { runTogether } from "../../io/run_together.ts";
import { TeredoRelay } from "../../nodes/teredo_relay.ts";
import { untilEnd } from "../../nodes/teredo_node.ts";
import type { UdpMode } from "../../nodes/udp_mode.ts";
import type { RelayEvent } from "../../relay/relay.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { networkFor } from "./settings/allow_private.ts";
import { describeDrops } from "./messages/drop_messages.ts";
import { withListenRemedy } from "./listen_remedy.ts";
import { writeMessage } from "./messages/message.ts";
import { Recording, type RecordingOptions } from "./recording/recording.ts";
import { RelayPart, type RelayPartOptions } from "./hosted_relay.ts";
import { describeRelayEvent } from "./messages/relay_messages.ts";
import { Reload } from "./reload.ts";
import { Service } from "./operator_service.ts";
import type { ServiceOptionValues } from "./settings/service_option_values.ts";
import { relayPart } from "./status/relay_part.ts";
import { describeTransport } from "./messages/transport_messages.ts";

/** What a person tells a relay. */
export interface RelayOptions extends RelayPartOptions, RecordingOptions, ServiceOptionValues {
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
  const part = new RelayPart(options, log);
  await using relay = await withListenRemedy(() =>
    TeredoRelay.start({
      ...part.settings,
      bind: options.bind,
      port: options.port,
      network: networkFor(options.allowPrivate),
      udp: options.udp,
      onEvent(event) {
        writeMessage(log, describeRelayEvent(event));
        service.onEvent(event);
      },
      onTransport: (news) => writeMessage(log, describeTransport(news)),
      log,
      counters,
      tap: (socket) => recording.tap(socket),
      isAlone: true,
    })
  );

  service.attach({ part: () => relayPart(relay.status(), relay.local, part.interface) });
  const reload = new Reload(options, reread, [
    { of: ["logLevel"], apply: ({ logLevel }) => log.setLevel(logLevel) },
  ], log);
  resources.use(reload.atHangup());

  log.info(`Relaying ${part.describe()} from UDP ${formatEndpoint(relay.local)}`);
  await runTogether(
    signal,
    (ending) => untilEnd(relay, ending),
    (ending) => service.run(ending),
  );
  log.debug(() => describeDrops(counters));
  log.info(`Stopped; interface ${part.interface} is removed`);
}
