/**
 * What each role checks before it starts: the files that its settings name, and this host.
 * `teredo check` checks the same.
 *
 * Whatever only holds for the moment is not here, such as a port that another program has.
 *
 * @module
 */

import { SILENT_LOG } from "../../io/log.ts";
import { localAddresses } from "../../io/network/local_addresses.ts";
import { addressPolicy } from "../../nodes/address_policy.ts";
import { serverDirectory } from "../../nodes/given_server.ts";
import { ListenError } from "../../nodes/listen_error.ts";
import { formatIpv4, type Ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import type { Precondition } from "../args/precondition.ts";
import { findHookProgram } from "./hook/hook_program.ts";
import { checkControl } from "./control/open_control.ts";
import { HostedRelay } from "./hosted_relay.ts";
import { withListenRemedy } from "./listen_remedy.ts";
import { checkRecording } from "./recording/recording.ts";
import { laterUser, planUser } from "./rights/role_user.ts";
import { networkFor } from "./settings/allow_private.ts";
import { readCredentials } from "./settings/client_credentials.ts";
import type { ClientOptions } from "./settings/client_options.ts";
import type { DaemonOptions } from "./settings/daemon_options.ts";
import { checkServer, type GivenServers, serversOf } from "./settings/named_servers.ts";
import { checkPublicAddress, type RelayOptions } from "./settings/relay_options.ts";
import { SecretsFile } from "./settings/secrets_file.ts";
import type { ServerOptions } from "./settings/server_options.ts";
import { chooseAddresses } from "./settings/serving_addresses.ts";

/** Of all roles. */
const SHARED: readonly Precondition<DaemonOptions>[] = [
  { about: ["user"], check: ({ user }) => void planUser(user) },
  { about: ["pcap"], check: ({ pcap }) => pcap === undefined ? undefined : checkRecording(pcap) },
  {
    about: ["control"],
    check: ({ control }) => control === undefined ? undefined : checkControl(control),
  },
];

/** Of a client. */
export const CLIENT_PRECONDITIONS: readonly Precondition<ClientOptions>[] = [
  { about: ["server", "server2"], check: checkGivenAddresses },
  {
    about: ["secretFile", "identifier"],
    check: (options) => void readCredentials(options, SILENT_LOG),
  },
  {
    about: ["hook"],
    check({ hook, user }) {
      if (hook !== undefined) findHookProgram(hook, { later: laterUser(user) });
    },
  },
  ...SHARED,
];

/** Of a server, alone or with a relay. */
export const SERVER_PRECONDITIONS: readonly Precondition<ServerOptions>[] = [
  {
    about: ["primary", "secondary", "bind"],
    check(options) {
      const globalUnicast = addressPolicy(networkFor(options.allowPrivate));
      const own = localAddresses().map(({ address }) => address);
      chooseAddresses(options, { own, globalUnicast }, SILENT_LOG);
    },
  },
  {
    about: ["secrets"],
    check: ({ secrets }) => void (secrets !== undefined && new SecretsFile(secrets, SILENT_LOG)),
  },
  {
    about: ["hostOnly", "gateway", "relay"],
    check(options) {
      if (options.relay || options.gateway) new HostedRelay(options, [], "server");
    },
  },
  ...SHARED,
];

/** Of a relay. */
export const RELAY_PRECONDITIONS: readonly Precondition<RelayOptions>[] = [
  { about: ["public"], check: checkPublicAddress },
  { about: ["bind"], check: ({ bind }) => bind === undefined ? undefined : checkOwn(bind) },
  {
    about: ["hostOnly", "gateway"],
    check: (options) => void new HostedRelay(options, [], "relay"),
  },
  ...SHARED,
];

/** Servers that are given by their addresses. A name may have other ones when the client starts. */
async function checkGivenAddresses(options: GivenServers & DaemonOptions): Promise<void> {
  const hosts = [...options.server, ...options.server2 ?? []];
  if (hosts.some((host) => parseIpv4(host) === undefined)) return;
  const globalUnicast = addressPolicy(networkFor(options.allowPrivate));
  await serverDirectory(serversOf(options), checkServer, { globalUnicast, log: SILENT_LOG }).find();
}

/** Whether this host has an address to send from: the kernel alone knows all that count. */
async function checkOwn(address: Ipv4Address): Promise<void> {
  await withListenRemedy(() => {
    try {
      const hostname = formatIpv4(address);
      Deno.listenDatagram({ transport: "udp", hostname, port: 0 }).close();
    } catch (error) {
      throw new ListenError(address, 0, error);
    }
    return Promise.resolve();
  });
}
