/**
 * A server on this host, alone or with a relay: its sockets, its way to native IPv6, its log.
 *
 * @module
 */

import { Counters } from "../../io/counters.ts";
import { localAddresses } from "../../io/network/local_addresses.ts";
import type { Log, LogFormat, LogLevel } from "../../io/log.ts";
import { openLog } from "../process/open_log.ts";
import { writeToStderr } from "../process/streams.ts";
import { runTogether } from "../../io/run_together.ts";
import { addressPolicy } from "../../nodes/address_policy.ts";
import { rawIpv6 } from "../../nodes/raw_ipv6.ts";
import type { HostSide, Opener } from "../../nodes/node_context.ts";
import { untilEnd } from "../../nodes/teredo_node.ts";
import { type ServerPolicy, TeredoServer } from "../../nodes/teredo_server.ts";
import type { UdpMode } from "../../nodes/udp_mode.ts";
import type { RelayEvent } from "../../relay/relay.ts";
import type { ServerEvent } from "../../server/server_event.ts";
import { endpoint, formatEndpoint } from "../../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";
import { AddressWatch } from "./address_watch.ts";
import { networkFor } from "./settings/allow_private.ts";
import { describeDrops } from "./messages/drop_messages.ts";
import { withListenRemedy } from "./listen_remedy.ts";
import { type Message, writeMessage } from "./messages/message.ts";
import { withRemedy } from "./capability_remedy.ts";
import { Recording, type RecordingOptions } from "./recording/recording.ts";
import { RelayPart, type RelayPartOptions } from "./hosted_relay.ts";
import { describeRelayEvent } from "./messages/relay_messages.ts";
import { Reload } from "./reload.ts";
import { SecretsFile } from "./settings/secrets_file.ts";
import { chooseAddresses } from "./settings/serving_addresses.ts";
import { describeServerEvent } from "./messages/server_messages.ts";
import { onHangup } from "../process/signals.ts";
import { Service } from "./operator_service.ts";
import type { ServiceOptionValues } from "./settings/service_option_values.ts";
import { serverPart } from "./status/server_part.ts";
import { describeTransport } from "./messages/transport_messages.ts";

/** What a person tells a server. */
export interface ServerOptions extends RelayPartOptions, RecordingOptions, ServiceOptionValues {
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
  const network = networkFor(options.allowPrivate);
  const { primary, secondary } = chooseAddresses(
    options,
    localAddresses().map(({ address }) => address),
    addressPolicy(network),
    log,
  );

  using resources = new DisposableStack();
  const recording = resources.use(new Recording(options, log));
  let secrets = openSecrets(options.secrets, log);
  const counters = new Counters();
  const service = resources.use(
    await Service.open(options, { role: "server", events: SERVER_EVENTS, counters, log }),
  );
  const policyOf = (wanted: ServerOptions): ServerPolicy => ({
    secrets,
    advertisedMtu: wanted.mtu,
    requireNonce: wanted.requireNonce,
    acceptPortMismatch: wanted.acceptPortMismatch,
    limits: wanted.limits === "off" ? "off" : undefined,
  });
  const relay = options.relay ? new RelayPart(options, log) : undefined;
  const addresses = secondary === undefined ? [primary] : [primary, secondary];
  const watch = new AddressWatch(addresses, log);
  await using server = await withListenRemedy(
    () =>
      TeredoServer.start({
        ...policyOf(options),
        primary,
        secondary,
        port,
        host: nativeIpv6(log),
        relay: relay?.settings,
        network,
        udp: options.udp,
        onEvent(event) {
          writeMessage(log, describe(event));
          service.onEvent(event);
        },
        onTransport: (news) => writeMessage(log, describeTransport(news)),
        onNetworkChange: () => watch.look(localAddresses().map(({ address }) => address)),
        log,
        counters,
        tap: (socket) => recording.tap(socket),
        isAlone: true,
      }),
    "serve on other addresses: clients know no other port than 3544",
  );

  service.attach({ part: () => serverPart(server.status(), relay?.interface) });
  const reload = new Reload(options, reread, [
    { of: ["logLevel"], apply: ({ logLevel }) => log.setLevel(logLevel) },
    {
      of: ["secrets"],
      apply(wanted) {
        secrets = openSecrets(wanted.secrets, log);
        server.reconfigure(policyOf(wanted));
      },
    },
    {
      of: ["mtu", "requireNonce", "acceptPortMismatch", "limits"],
      apply: (wanted) => server.reconfigure(policyOf(wanted)),
    },
  ], log);
  resources.use(onHangup(async () => {
    const before = secrets;
    await reload.now();
    if (secrets === before) secrets?.reload();
  }));

  const places = addresses.map((address) => formatEndpoint(endpoint(address, port)));
  if (relay !== undefined) log.info(`Relaying ${relay.describe()}`);
  log.info(`Serving on ${places.join(" and ")}`);
  await runTogether(
    signal,
    (ending) => untilEnd(server, ending),
    (ending) => service.run(ending),
  );
  log.debug(() => describeDrops(counters));
  log.info(`Stopped serving on ${formatIpv4(primary)}`);
}

function describe(event: Event): Message {
  return "peer" in event ? describeRelayEvent(event) : describeServerEvent(event);
}

function openSecrets(path: string | undefined, log: Log): SecretsFile | undefined {
  return path === undefined ? undefined : new SecretsFile(path, log);
}

/** The way to native IPv6: where the system has none, the server does the rest of its work. */
function nativeIpv6(log: Log): Opener<HostSide> | undefined {
  if (Deno.build.os !== "linux") {
    log.warn("Connectivity tests to native IPv6 are not forwarded: that needs Linux");
    return undefined;
  }
  return (context) => withRemedy("CAP_NET_RAW", () => rawIpv6()(context));
}
