/**
 * `teredo server`.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import { type Command, command } from "../args/command.ts";
import { defaulted, type Option, optional, switchedOff } from "../args/option.ts";
import { gatewayContradiction, gatewayOptions } from "./options/gateway_options.ts";
import { relayContradiction, relayOptions } from "./options/relay_options.ts";
import type { ServerOptions } from "../daemon/settings/server_options.ts";
import type { RelayOptionValues } from "../daemon/settings/relay_option_values.ts";
import type { GivenAddresses } from "../daemon/settings/serving_addresses.ts";
import type { GatewayOptionValues } from "../daemon/settings/gateway_option_values.ts";
import { type Contradiction, contradiction } from "../args/setting.ts";
import { CONTROL, LOG_FORMAT, METRICS } from "./options/service_options.ts";
import {
  ALLOW_PRIVATE,
  configOption,
  LOG_LEVEL,
  OFFLOAD,
  PCAP,
  UDP,
} from "./options/shared_options.ts";
import { BIND_IPV4S, SERVER_IPV4 } from "../args/kinds/address_kinds.ts";
import { ADVERTISED_MTU, PORT } from "../args/kinds/number_kinds.ts";
import { FILE, oneOf } from "../args/kinds/value_kind.ts";

const LIMITS: Option<"on" | "off"> = defaulted(
  oneOf("WHETHER", ["on", "off"]),
  "on",
  "Limit how much each source may ask for; off is for measurements in a network of its own",
);

/** Runs a server. */
export const server: Command = command({
  name: "server",
  summary: "Run a Teredo server, which gives clients their address and introduces them to peers",
  details: [
    "A server needs a public IPv4 address, and UDP port 3544 open on it. With a second address, " +
    "clients detect symmetric NATs, and Windows' own client works.",
    "Alone, it keeps no state and carries no data of its clients. With --gateway it also carries " +
    "their packets to native IPv6 hosts and to clients that they cannot reach directly.",
  ],
  positional: undefined,
  options: {
    primary: optional(
      SERVER_IPV4,
      "The IPv4 address that names the server in its clients' addresses",
      "this host's public address",
    ),
    secondary: optional(
      { ...SERVER_IPV4, example: "203.0.113.2" },
      "The second IPv4 address, which lets clients detect symmetric NATs",
      "the one after the primary",
    ),
    bind: optional(
      BIND_IPV4S,
      "This host's own addresses, where the public ones are translated to them (1:1 NAT)",
    ),
    port: defaulted(PORT, TEREDO_PORT, "The UDP port on both; clients know only 3544"),
    relay: switchedOff("Also carry packets between native IPv6 and clients, as a relay"),
    ...relayOptions("With --relay or --gateway"),
    ...gatewayOptions("those that prove a secret of --secrets"),
    secrets: optional(
      FILE,
      "Serve only the clients in this YAML file, which is read again at SIGHUP",
    ),
    requireNonce: switchedOff("Do not answer clients that send no nonce; all in use do"),
    acceptPortMismatch: switchedOff(
      "Let clients of other servers behind symmetric NATs begin towards this server's clients",
    ),
    mtu: optional(ADVERTISED_MTU, "The MTU to tell clients; omit tells none", "1280"),
    limits: LIMITS,
    allowPrivate: ALLOW_PRIVATE,
    offload: OFFLOAD,
    udp: UDP,
    pcap: PCAP,
    config: configOption("server"),
    logLevel: LOG_LEVEL,
    logFormat: LOG_FORMAT,
    control: CONTROL,
    metrics: METRICS,
  },
  examples: [
    {
      line: "server --gateway --secrets /etc/teredo/secrets.yaml",
      does: "Give full IPv6 to the clients in that file, from one machine with one address",
    },
    {
      line: "server --gateway --gateway-for all --primary 203.0.113.1 --bind 10.0.0.5",
      does: "The same for everybody, behind the 1:1 NAT of a cloud",
    },
    {
      line: "server --primary 203.0.113.1 --secondary 203.0.113.2",
      does: "Serve on two addresses of this host, until interrupted",
    },
    {
      line: "server --primary 203.0.113.1 --relay --secrets /etc/teredo/secrets.yaml",
      does: "Serve known clients only, and be their relay as well",
    },
    {
      line: "server --primary 10.0.0.1 --allow-private --log-level debug",
      does: "Serve a network of its own and tell more",
    },
  ],
  contradiction(values) {
    return sameAddress(values) ?? relayContradiction(values) ?? relayNotWanted(values) ??
      gatewayContradiction(values) ?? usersUnsaid(values);
  },
  async run(options, _positional, { signal }, reread) {
    const { runServer } = await import("../daemon/server_daemon.ts");
    await runServer(options, signal, reread);
  },
});

function sameAddress({ primary, secondary }: GivenAddresses): Contradiction | undefined {
  if (secondary === undefined || secondary !== primary) return undefined;
  return contradiction(
    ["secondary", "primary"],
    (secondary, primary) => `${secondary} needs another address than ${primary}`,
  );
}

/** Options of a relay without one. */
function relayNotWanted(
  { relay, gateway, ...options }: RelayOptionValues & Pick<ServerOptions, "relay" | "gateway">,
): Contradiction | undefined {
  if (relay || gateway) return undefined;
  const names = ["interface", "prefix", "hostOnly"] as const;
  const surplus = names.find((name) => options[name] !== undefined && options[name] !== false);
  if (surplus === undefined) return undefined;
  return contradiction(
    [surplus, "relay"],
    (surplus, relay) => `${surplus} is about a relay: say ${relay} too`,
  );
}

/** What leaves a gateway carries this host's address, so who may use it is always said. */
function usersUnsaid(
  { gateway, gatewayFor, secrets }: GatewayOptionValues & Pick<ServerOptions, "secrets">,
): Contradiction | undefined {
  if (!gateway || gatewayFor !== undefined || secrets !== undefined) return undefined;
  return contradiction(
    ["gateway", "secrets", "gatewayFor"],
    (gateway, secrets, gatewayFor) =>
      `${gateway} needs to know who may use this host's address: add ${secrets} with the file of ` +
      `its clients ("teredo invite" makes one), or ${gatewayFor} with their prefixes or "all"`,
  );
}
