/**
 * `teredo server`.
 *
 * @module
 */

import { FOLDERS, pathIn } from "../process/folders.ts";
import { REREADING } from "../process/signals.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { type Command, command } from "../args/command.ts";
import { defaulted, optional, switchedOff } from "../args/option.ts";
import { gatewayContradiction, gatewayOptions } from "./options/gateway_options.ts";
import { relayContradiction, relayOptions } from "./options/relay_options.ts";
import { RELAY_LIMIT_NAMES, SERVER_LIMIT_NAMES } from "../daemon/settings/limits.ts";
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
  USER,
} from "./options/shared_options.ts";
import { BIND_IPV4S, SERVER_IPV4 } from "../args/kinds/address_kinds.ts";
import { ADVERTISED_MTU, PORT } from "../args/kinds/number_kinds.ts";
import { limitsKind } from "../args/kinds/limits_kind.ts";
import { FILE } from "../args/kinds/value_kind.ts";

/** The file of secrets in examples. */
const SECRETS = pathIn(FOLDERS.config, "secrets.yaml");

/** Runs a server. */
export const server: Command = command({
  name: "server",
  summary: "Run a Teredo server, which gives clients addresses and introduces them to peers",
  details: [
    "A server needs a public IPv4 address with UDP port 3544 open. With a second address, " +
    "clients can detect symmetric NATs, and the client of Windows works.",
    "On its own, a server keeps no state and carries none of its clients' data. With --gateway " +
    "it also carries their packets to native IPv6 hosts, and to clients that they cannot reach " +
    "directly.",
  ],
  positional: undefined,
  options: {
    primary: optional(
      SERVER_IPV4,
      "Primary IPv4 address, which becomes part of the clients' addresses",
      "this host's public address",
    ),
    secondary: optional(
      { ...SERVER_IPV4, example: "203.0.113.2" },
      "Secondary IPv4 address, which lets clients detect symmetric NATs",
      "the address after the primary one",
    ),
    bind: optional(
      BIND_IPV4S,
      "This host's own addresses, if a 1:1 NAT translates the public ones to them",
    ),
    port: defaulted(PORT, TEREDO_PORT, "UDP port on both addresses; clients only know 3544"),
    relay: switchedOff("Also work as a relay, between native IPv6 and clients"),
    ...relayOptions("With --relay or --gateway"),
    ...gatewayOptions("those that prove a secret of --secrets"),
    secrets: optional(
      FILE,
      `Serve only the clients listed in this YAML file; ${REREADING}`,
    ),
    requireNonce: switchedOff("Ignore clients that send no nonce; all known clients send one"),
    acceptPortMismatch: switchedOff(
      "Let clients of other servers that are behind symmetric NATs contact this server's clients",
    ),
    mtu: optional(ADVERTISED_MTU, "MTU to advertise to clients, or omit to advertise none", "1280"),
    limits: optional(
      limitsKind([...SERVER_LIMIT_NAMES, ...RELAY_LIMIT_NAMES]),
      "Packets per second that are handled for each source and destination, or off",
      "on",
    ),
    allowPrivate: ALLOW_PRIVATE,
    offload: OFFLOAD,
    udp: UDP,
    pcap: PCAP,
    user: USER,
    config: configOption("server"),
    logLevel: LOG_LEVEL,
    logFormat: LOG_FORMAT,
    control: CONTROL,
    metrics: METRICS,
  },
  examples: [
    {
      line: `server --gateway --secrets ${SECRETS}`,
      does: "Give full IPv6 to the clients in that file, from one machine with one address",
    },
    {
      line: "server --gateway --gateway-for all --primary 203.0.113.1 --bind 10.0.0.5",
      does: "The same for everybody, behind the 1:1 NAT of a cloud",
    },
    {
      line: "server --primary 203.0.113.1 --secondary 203.0.113.2",
      does: "Serve on two addresses of this host until interrupted",
    },
    {
      line: `server --primary 203.0.113.1 --relay --secrets ${SECRETS}`,
      does: "Serve only known clients, and relay for them too",
    },
    {
      line: "server --primary 10.0.0.1 --allow-private --log-level debug",
      does: "Serve an isolated network, with a detailed log",
    },
  ],
  contradiction(values) {
    return sameAddress(values) ?? relayContradiction(values) ?? relayNotWanted(values) ??
      gatewayContradiction(values) ?? usersUnsaid(values);
  },
  async preconditions() {
    return (await import("../daemon/preconditions.ts")).SERVER_PRECONDITIONS;
  },
  async run(options, _positional, { takeSignals }, reread) {
    const signal = takeSignals();
    const { runServer } = await import("../daemon/server_daemon.ts");
    await runServer(options, signal, reread);
  },
});

function sameAddress({ primary, secondary }: GivenAddresses): Contradiction | undefined {
  if (secondary === undefined || secondary !== primary) return undefined;
  return contradiction(
    ["secondary", "primary"],
    (secondary, primary) => `${secondary} and ${primary} must be different addresses`,
  );
}

/** Options or limits of a relay, but no relay. */
function relayNotWanted(
  { relay, gateway, limits, ...options }:
    & RelayOptionValues
    & Pick<ServerOptions, "relay" | "gateway" | "limits">,
): Contradiction | undefined {
  if (relay || gateway) return undefined;
  const limit = RELAY_LIMIT_NAMES.find((name) => limits instanceof Map && limits.has(name));
  if (limit !== undefined) {
    return contradiction(
      ["limits", "relay"],
      (limits, relay) => `${limits} has ${limit}, which is for relays: add ${relay}`,
    );
  }
  const names = ["interface", "prefix", "hostOnly"] as const;
  const surplus = names.find((name) => options[name] !== undefined && options[name] !== false);
  if (surplus === undefined) return undefined;
  return contradiction(
    [surplus, "relay"],
    (surplus, relay) => `${surplus} is for relays: add ${relay}`,
  );
}

/** Packets leave a gateway with this host's address, so its users must be named. */
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
