/**
 * What SIGHUP changes while a role runs, a table for each role. Anything else needs a restart.
 *
 * @module
 */

import type { AdjustableLog } from "../../io/log.ts";
import type { ClientTun } from "../../nodes/host/client_tun.ts";
import type { TeredoClient } from "../../nodes/teredo_client.ts";
import type { TeredoRelay } from "../../nodes/teredo_relay.ts";
import type { TeredoServer } from "../../nodes/teredo_server.ts";
import { type ClientHook, type HookRunner, openHook } from "./hook/client_hook.ts";
import type { Reloadable } from "./reload.ts";
import type { ClientOptions } from "./settings/client_options.ts";
import type { DaemonOptions } from "./settings/daemon_options.ts";
import { relayLimits } from "./settings/limits.ts";
import { serversOf } from "./settings/named_servers.ts";
import { gatewayPolicy } from "./settings/gateway_option_values.ts";
import { mappingProtocols } from "./settings/port_mapping_protocols.ts";
import type { RelayOptions } from "./settings/relay_options.ts";
import type { ServerOptions } from "./settings/server_options.ts";
import type { ServingPolicy } from "./settings/serving_policy.ts";

/** What SIGHUP changes of a client. */
export function clientReloadTable(
  client: TeredoClient<ClientTun>,
  hook: ClientHook,
  runner: HookRunner & { readonly log: AdjustableLog },
): Reloadable<ClientOptions>[] {
  return [
    logLevel(runner.log),
    {
      of: ["defaultRoute"],
      apply: ({ defaultRoute }) => client.host.setDefaultRoute(defaultRoute),
    },
    { of: ["hook"], apply: (wanted) => hook.replace(openHook(wanted.hook, runner)) },
    {
      of: ["portMapping"],
      apply: ({ portMapping }) => client.usePortMapping(mappingProtocols(portMapping)),
    },
    { of: ["server", "server2"], apply: (wanted) => client.useServers(serversOf(wanted)) },
  ];
}

/** What SIGHUP changes of a server. The secrets file is read again even if its path is the same. */
export function serverReloadTable(
  server: Pick<TeredoServer, "reconfigure">,
  policy: ServingPolicy,
  log: AdjustableLog,
): Reloadable<ServerOptions>[] {
  return [
    logLevel(log),
    {
      of: ["secrets"],
      apply(wanted) {
        policy.useSecrets(wanted);
        server.reconfigure(policy.by(wanted));
      },
      refresh(inUse) {
        policy.rereadSecrets();
        // A gateway must forget what was proved by a secret that is gone.
        server.reconfigure(policy.by(inUse));
      },
    },
    {
      of: ["gatewayFor", "clientRate"],
      apply: (wanted) =>
        server.reconfigure({ ...policy.by(wanted), gateway: gatewayPolicy(wanted) }),
    },
    {
      of: ["mtu", "requireNonce", "acceptPortMismatch"],
      apply: (wanted) => server.reconfigure(policy.by(wanted)),
    },
    {
      of: ["limits"],
      apply: (wanted) =>
        server.reconfigure({ ...policy.by(wanted), relayLimits: relayLimits(wanted.limits) }),
    },
  ];
}

/** What SIGHUP changes of a relay. */
export function relayReloadTable(
  relay: Pick<TeredoRelay, "reconfigure" | "useLimits">,
  log: AdjustableLog,
): Reloadable<RelayOptions>[] {
  return [
    logLevel(log),
    {
      of: ["gatewayFor", "clientRate"],
      apply(wanted) {
        const policy = gatewayPolicy(wanted);
        if (policy !== undefined) relay.reconfigure(policy);
      },
    },
    { of: ["limits"], apply: ({ limits }) => relay.useLimits(relayLimits(limits)) },
  ];
}

function logLevel<Options extends DaemonOptions>(log: AdjustableLog): Reloadable<Options> {
  return { of: ["logLevel"], apply: ({ logLevel }) => log.setLevel(logLevel) };
}
