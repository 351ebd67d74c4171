/**
 * `teredo relay`, from settings to its end.
 *
 * @module
 */

import { TeredoRelay } from "../../nodes/teredo_relay.ts";
import type { RelayEvent } from "../../relay/relay.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { Daemon, openRoleLog } from "./daemon.ts";
import {
  firewallWatch,
  HostedRelay,
  INTERFACE_RIGHTS,
  isGateway,
  warnOfKernel,
} from "./hosted_relay.ts";
import { withListenRemedy } from "./listen_remedy.ts";
import { describeOffload } from "./messages/offload_messages.ts";
import { describeRelayEvent } from "./messages/relay_messages.ts";
import { relayReloadTable } from "./reload_table.ts";
import { RelayNeeds } from "./relay_needs.ts";
import type { RelayOptions } from "./settings/relay_options.ts";
import { LISTED } from "./status/peer_part.ts";
import { relayPart } from "./status/relay_part.ts";

/** Events that are counted from zero on. */
const RELAY_EVENTS: readonly RelayEvent["type"][] = ["peer_reached", "peer_unreachable"];

/**
 * Relays until `signal` aborts.
 *
 * @param reread reads the settings as they are by now
 * @throws {CliError} the relay cannot start
 */
export async function runRelay(
  options: RelayOptions,
  signal: AbortSignal,
  reread: () => Promise<RelayOptions>,
): Promise<void> {
  const log = openRoleLog(options);
  const { bind, port, public: publicAddress } = options;
  const publicAddresses = publicAddress === undefined ? [] : [publicAddress];
  const hosted = new HostedRelay(options, publicAddresses, "relay");
  using daemon = await Daemon.open(options, { role: "relay", events: RELAY_EVENTS, log });
  await using relay = await withListenRemedy(() =>
    TeredoRelay.open({ ...daemon.nodeOptions, ...hosted.settings, bind, port })
  );
  daemon.rights.keepOnly(INTERFACE_RIGHTS);
  const { host } = relay;
  const counts = () => isGateway(host) ? host.counts() : undefined;
  const needs = new RelayNeeds(options, { bind, publicAddress }, log);
  const own = needs.around(host.own);
  daemon.attach({
    part: () => relayPart(relay.status(LISTED), relay.local, own, counts(), publicAddress),
  });
  daemon.reloadAtHangup(reread, relayReloadTable(relay, log));
  log.debug(describeOffload(host));
  log.info(`${hosted.describe(host)}, from UDP ${formatEndpoint(relay.local)}`);
  warnOfKernel(host, log);
  needs.look();
  const firewall = firewallWatch(host, log);
  firewall?.look();
  relay.start({
    onEvent: (event) => daemon.report(event, describeRelayEvent(event)),
    onInterfaceFaults: () => daemon.refresh(),
    onNetworkChange() {
      needs.look();
      daemon.refresh();
      firewall?.look();
    },
  });
  await daemon.untilEnd(relay, signal);
  log.info(`Stopped; interface ${host.name} is removed`);
}
