/**
 * `teredo server`, from settings to its end: alone or with a relay.
 *
 * @module
 */

import { forwardsIpv6, supports } from "../../ffi/open.ts";
import type { FilterCounts } from "../../ffi/packet_filter.ts";
import { platform } from "../../ffi/platform.ts";
import type { KeptRights } from "../../ffi/rights.ts";
import type { Log } from "../../io/log.ts";
import { localAddresses } from "../../io/network/local_addresses.ts";
import { addressPolicy } from "../../nodes/address_policy.ts";
import type { HostSide, Opener } from "../../nodes/node_context.ts";
import { rawIpv6 } from "../../nodes/host/raw_ipv6.ts";
import { type AnyServerEvent, TeredoServer } from "../../nodes/teredo_server.ts";
import type { ServerEvent } from "../../server/server_event.ts";
import { endpoint, formatEndpoint } from "../../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";
import { AddressWatch } from "./address_watch.ts";
import { withRemedy } from "./capability_remedy.ts";
import { Daemon, openRoleLog } from "./daemon.ts";
import {
  firewallWatch,
  HostedRelay,
  type HostedSide,
  INTERFACE_RIGHTS,
  isGateway,
  warnOfKernel,
} from "./hosted_relay.ts";
import { withListenRemedy } from "./listen_remedy.ts";
import type { Message } from "./messages/message.ts";
import { describeOffload } from "./messages/offload_messages.ts";
import { describeRelayEvent } from "./messages/relay_messages.ts";
import { describeServerEvent } from "./messages/server_messages.ts";
import { RelayNeeds } from "./relay_needs.ts";
import { serverReloadTable } from "./reload_table.ts";
import { REREADING } from "./rights/readable.ts";
import { networkFor } from "./settings/allow_private.ts";
import type { ServerOptions } from "./settings/server_options.ts";
import {
  type BoundAddresses,
  chooseAddresses,
  type ServingAddresses,
} from "./settings/serving_addresses.ts";
import { ServingPolicy } from "./settings/serving_policy.ts";
import { LISTED } from "./status/peer_part.ts";
import { serverPart } from "./status/server_part.ts";

/** What a server needs once its sockets are open. */
const NO_RIGHTS: KeptRights = { capabilities: [], runsPrograms: false };

/** Events that are counted from zero on. */
const SERVER_EVENTS: readonly ServerEvent["type"][] = [
  "limit_reached",
  "client_refused",
  "retired_key_used",
];

/**
 * Serves until `signal` aborts.
 *
 * @param reread reads the settings as they are by now
 * @throws {CliError} the server cannot start
 */
export async function runServer(
  options: ServerOptions,
  signal: AbortSignal,
  reread: () => Promise<ServerOptions>,
): Promise<void> {
  const log = openRoleLog(options);
  const globalUnicast = addressPolicy(networkFor(options.allowPrivate));
  const addresses = chooseAddresses(options, { own: ownAddresses(), globalUnicast }, log);
  const policy = new ServingPolicy(options, log, REREADING);
  const relay = options.relay || options.gateway
    ? new HostedRelay(options, listOf(addresses), "server")
    : undefined;
  using daemon = await Daemon.open(options, { role: "server", events: SERVER_EVENTS, log });
  await using server = await withListenRemedy(
    () =>
      TeredoServer.open({
        ...daemon.nodeOptions,
        ...policy.by(options),
        ...addresses,
        port: options.port,
        // What the clients of a gateway send goes through its interface.
        host: options.gateway ? undefined : nativeSide(log),
        relay: relay?.settings,
      }),
    "serve on other addresses: clients know no other port than 3544",
  );
  const { relayHost } = server;
  // The raw socket is open, and only an interface takes rights later.
  daemon.rights.keepOnly(relayHost === undefined ? NO_RIGHTS : INTERFACE_RIGHTS);
  policy.checkRereading();
  const needs = new RelayNeeds(options, { publicAddress: addresses.primary }, log);
  const own = relayHost && needs.around(relayHost.own);
  const bound = addresses.bind?.primary;
  const watch = new AddressWatch(listOf(addresses.bind ?? addresses), log);
  daemon.attach({
    part: () => serverPart(server.status(LISTED), own, countsOf(relayHost), watch.faults, bound),
  });
  daemon.reloadAtHangup(reread, serverReloadTable(server, policy, log));
  if (relay !== undefined && relayHost !== undefined) {
    log.debug(describeOffload(relayHost));
    log.info(relay.describe(relayHost));
    warnOfKernel(relayHost, log);
    needs.look();
  }
  const firewall = relayHost && firewallWatch(relayHost, log);
  firewall?.look();
  log.info(`Serving on ${describeAddresses(addresses, options.port)}`);
  server.start({
    onEvent: (event) => daemon.report(event, describe(event)),
    onNetworkChange() {
      watch.look(ownAddresses());
      if (relayHost !== undefined) needs.look();
      daemon.refresh();
      firewall?.look();
    },
    onInterfaceFaults: () => daemon.refresh(),
  });
  await daemon.untilEnd(server, signal);
  log.info(`Stopped serving on ${formatIpv4(addresses.primary)}`);
}

function describe(event: AnyServerEvent): Message {
  return "peer" in event ? describeRelayEvent(event) : describeServerEvent(event);
}

/** What the rules of a gateway have counted in the kernel. */
function countsOf(side: HostedSide | undefined): FilterCounts | undefined {
  return side !== undefined && isGateway(side) ? side.counts() : undefined;
}

/** "192.0.2.1:3544 and 192.0.2.2:3544", "203.0.113.1:3544 (bound to 10.0.0.5)". */
function describeAddresses({ bind, ...addresses }: ServingAddresses, port: number): string {
  const text = listOf(addresses).map((each) => formatEndpoint(endpoint(each, port))).join(" and ");
  if (bind === undefined) return text;
  return `${text} (bound to ${listOf(bind).map(formatIpv4).join(" and ")})`;
}

function listOf({ primary, secondary }: BoundAddresses): Ipv4Address[] {
  return secondary === undefined ? [primary] : [primary, secondary];
}

function ownAddresses(): Ipv4Address[] {
  return localAddresses().map(({ address }) => address);
}

/** The way to native IPv6. On a system without one, the server does the rest of its work. */
function nativeSide(log: Log): Opener<HostSide> | undefined {
  const obstacle = nativeObstacle();
  if (obstacle !== undefined) {
    log.warn(`Connectivity tests are not forwarded to native IPv6: ${obstacle}`);
    return undefined;
  }
  return (context) => withRemedy("CAP_NET_RAW", () => rawIpv6()(context));
}

/** What keeps clients' packets from native IPv6, if something does. */
function nativeObstacle(): string | undefined {
  const { name, nativeNeedsForwarding, forwardingCommand: command } = platform;
  if (!supports("openRawIpv6")) return `this version does not support that on ${name}`;
  // Where the setting cannot be read, there is nothing to say about it.
  if (!nativeNeedsForwarding || (forwardsIpv6() ?? true)) return undefined;
  const how = command === undefined ? "" : ` with "${command}"`;
  return `this host does not forward IPv6. Turn forwarding on${how}, and start the server again`;
}
