/**
 * `teredo client`, from settings to its end.
 *
 * @module
 */

import type { ClientEvent } from "../../client/client_event.ts";
import { findSource, supports } from "../../ffi/open.ts";
import { platform } from "../../ffi/platform.ts";
import type { KeptRights } from "../../ffi/rights.ts";
import { localAddresses, outsideAddress } from "../../io/network/local_addresses.ts";
import type { Log } from "../../io/log.ts";
import { type ClientTun, clientTun } from "../../nodes/host/client_tun.ts";
import type { MappingView } from "../../nodes/client_mapping.ts";
import { ListenError } from "../../nodes/listen_error.ts";
import type { TeredoClientOptions } from "../../nodes/client_options.ts";
import { TeredoClient } from "../../nodes/teredo_client.ts";
import type { MapperEvent } from "../../portmap/mapper_event.ts";
import { portOf } from "../../wire/endpoint.ts";
import { AddressMemory, type RememberedAddress, stateFolder } from "./address_memory.ts";
import { CliError } from "../process/failure.ts";
import { withRemedy } from "./capability_remedy.ts";
import { pingThrough } from "./control/client_ping.ts";
import { Daemon, openRoleLog } from "./daemon.ts";
import { ClientHook, openHook } from "./hook/client_hook.ts";
import { withListenRemedy } from "./listen_remedy.ts";
import { MappingMemory } from "./mapping_memory.ts";
import { ClientMessages } from "./messages/client_messages.ts";
import { MappingMessages } from "./messages/mapping_messages.ts";
import { describeOffload } from "./messages/offload_messages.ts";
import { describeNativeIpv6, nativeWayOut } from "./native_way_out.ts";
import { clientReloadTable } from "./reload_table.ts";
import { readCredentials } from "./settings/client_credentials.ts";
import type { ClientOptions } from "./settings/client_options.ts";
import { clientLimits } from "./settings/limits.ts";
import { reportSystemTeredo } from "./system_teredo_report.ts";
import { checkServer, serversOf } from "./settings/named_servers.ts";
import { mappingProtocols } from "./settings/port_mapping_protocols.ts";
import { LISTED } from "./status/peer_part.ts";
import { clientPart, type ClientPlace } from "./status/client_part.ts";

/** Events that are counted from zero on. */
const CLIENT_EVENTS: readonly (ClientEvent | MapperEvent)["type"][] = [
  "qualified",
  "offline",
  "disabled",
  "server_silent",
  "peer_reached",
  "peer_unreachable",
  "port_mapped",
  "port_not_mapped",
];

/** For the interface's addresses and routes. A hook may come with a reload. */
const CLIENT_RIGHTS: KeptRights = { capabilities: ["CAP_NET_ADMIN"], runsPrograms: true };

type HostedClient = TeredoClient<ClientTun>;

/**
 * Gives this host IPv6 until `signal` aborts.
 *
 * @param reread reads the settings as they are by now
 * @throws {CliError} the client cannot start
 */
export async function runClient(
  options: ClientOptions,
  signal: AbortSignal,
  reread: () => Promise<ClientOptions>,
): Promise<void> {
  const log = openRoleLog(options);
  const nodeOptions = { ...clientOptions(options, log), signal };
  using daemon = await Daemon.open(options, { role: "client", events: CLIENT_EVENTS, log });
  const memory = new AddressMemory(stateFolder(), log);
  const mappings = new MappingMemory(stateFolder(), log);
  const opening = {
    ...daemon.nodeOptions,
    ...nodeOptions,
    portMapping: { protocols: mappingProtocols(options.portMapping), leftOver: mappings.read() },
    onLookUp(trouble = `Looking up ${options.server.join(", ")}`) {
      // Everything is open now. What comes from the network, beginning with names, needs no root.
      daemon.rights.keepOnly(CLIENT_RIGHTS);
      daemon.working(trouble);
    },
  };
  await using client = await unlessAborted(
    signal,
    openAsBefore(
      memory.read(),
      options.port,
      (changes) => TeredoClient.open({ ...opening, ...changes }),
    ),
  );
  if (client === undefined) return;
  const place = placeOf(client, nodeOptions.credentials !== undefined);
  const messages = new ClientMessages(place);
  const mappingMessages = new MappingMessages();
  const hook = new ClientHook(openHook(options.hook, daemon), client.host);
  daemon.attach({
    part: () => clientPart(client.status(LISTED), place, client.portMapping),
    ping: (destination, timeout) => pingThrough(client, destination, timeout),
  });
  daemon.reloadAtHangup(reread, clientReloadTable(client, hook, daemon));
  describeStart(client.host, place.port, log);
  void reportSystemTeredo(options.server[0], log);
  const isNeeded = neededUnless(options.force, client, log);
  client.start({
    isNeeded,
    onEvent(event) {
      daemon.report(event, messages.describe(event));
      hook.onEvent(event);
      if (event.type === "qualified") {
        const port = portOf(event.mapping) === place.port ? place.port : undefined;
        memory.write({ address: event.address, port });
      }
    },
    onPortMapping(event) {
      if (event.type === "port_mapped") mappings.write(event.mapping);
      if (event.type === "port_removed") mappings.forget();
      daemon.report(event, mappingMessages.describe(event, viewOf(client)));
    },
    onInterfaceFaults: () => daemon.refresh(),
    onMove: () =>
      log.info("The network changed: asking the server whether the mapping is still the same"),
  });
  try {
    await daemon.untilEnd(client, signal);
  } finally {
    // A failure ends the address too.
    await hook.end();
  }
  log.info(`Stopped; interface ${client.host.name} is removed`);
}

function describeStart(host: ClientTun, port: number, log: Log): void {
  log.debug(`Made interface ${host.name}; sending from UDP port ${port}`);
  log.debug(describeOffload(host));
}

/** Opens a client with the address of its last run and, unless another program has it, the port. */
async function openAsBefore(
  last: RememberedAddress | undefined,
  chosen: number | undefined,
  open: (
    changes: Pick<TeredoClientOptions, "port" | "previousAddress">,
  ) => Promise<HostedClient>,
): Promise<HostedClient> {
  const previousAddress = last?.address;
  if (chosen === undefined && last?.port !== undefined) {
    try {
      return await open({ port: last.port, previousAddress });
    } catch (error) {
      // Another program has the port by now.
      if (!(error instanceof ListenError)) throw error;
    }
  }
  return await withListenRemedy(() => open({ port: chosen, previousAddress }));
}

/** What the settings mean for the node. */
function clientOptions(options: ClientOptions, log: Log): TeredoClientOptions<ClientTun> {
  if (options.firewall !== undefined) checkFirewall();
  const openTun = clientTun({
    name: options.interface,
    defaultRoute: options.defaultRoute,
    offload: options.offload === "auto",
    firewall: options.firewall,
  });
  return {
    servers: serversOf(options),
    checkServer,
    credentials: readCredentials(options, log),
    refreshInterval: options.refreshInterval,
    determineRefreshInterval: options.determineRefresh,
    localDiscovery: options.localDiscovery,
    extensions: options.extensions,
    serverLoadReduction: options.loadReduction,
    limits: clientLimits(options.limits),
    port: options.port,
    host: (context) => withRemedy("CAP_NET_ADMIN", () => openTun(context)),
  };
}

/** What messages and status say about the client beyond what its machine knows. */
function placeOf(client: HostedClient, hasSecret: boolean): ClientPlace {
  return {
    nameOf: (primary) => client.nameOf(primary),
    port: portOf(client.local),
    isOwn: (address) => localAddresses().some((own) => own.address === address),
    own: client.host.own,
    sourceTo: (address) => findSource(address) ?? outsideAddress(),
    trouble: () => client.trouble,
    hasSecret,
  };
}

/** What the server's view of the client says about its port mapping. */
function viewOf({ portMapping }: HostedClient): MappingView | undefined {
  return portMapping?.state === "mapped" ? portMapping.view : undefined;
}

/** Decides at the start and after each change of the network, and says so. */
function neededUnless(force: boolean, client: HostedClient, log: Log): () => boolean {
  let hasStarted = false;
  return () => {
    const native = force ? undefined : nativeWayOut(client.host.name);
    const isDisabled = client.status().state === "disabled";
    if (native !== undefined && !isDisabled) {
      const since = hasStarted ? "The network changed" : "This host has IPv6 without Teredo";
      log.info(
        `${since}: ${describeNativeIpv6(native)}. Teredo would only be a detour, so it rests ` +
          "while that lasts (RFC 4380 §5.5). To have it all the same, say --force",
      );
    } else if (native === undefined && isDisabled) {
      log.info("Native IPv6 is gone: Teredo is back");
    }
    hasStarted = true;
    return native === undefined;
  };
}

/** What was opened; undefined if the end came first. */
async function unlessAborted<T>(signal: AbortSignal, opening: Promise<T>): Promise<T | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function checkFirewall(): void {
  if (supports("openInputFilter")) return;
  throw new CliError(
    `Cannot filter packets on ${platform.name}: --firewall needs nf_tables of Linux. ` +
      "Leave it out, and let this host's own firewall cover the interface",
  );
}
