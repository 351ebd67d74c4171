/**
 * `teredo server`.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import { type Command, command } from "../args/command.ts";
import { defaulted, type Option, optional, required, switchedOff } from "../args/option.ts";
import { relayContradiction, relayOptions } from "./options/relay_options.ts";
import type { RelayOptionValues } from "../daemon/settings/relay_option_values.ts";
import type { ServingAddresses } from "../daemon/settings/serving_addresses.ts";
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
import { SERVER_IPV4 } from "../args/kinds/address_kinds.ts";
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
    "A server needs two public IPv4 addresses, and should have IPv6 of its own to hand the " +
    "clients' connectivity tests to. It keeps no state and carries no data of its clients.",
  ],
  positional: undefined,
  options: {
    primary: required(
      SERVER_IPV4,
      "The IPv4 address that names the server in its clients' addresses",
    ),
    secondary: optional(
      { ...SERVER_IPV4, example: "203.0.113.2" },
      "The second IPv4 address, which lets clients detect symmetric NATs",
      "the one after the primary",
    ),
    port: defaulted(PORT, TEREDO_PORT, "The UDP port on both; clients know only 3544"),
    relay: switchedOff("Also carry packets between native IPv6 and clients, as a relay"),
    ...relayOptions("With --relay"),
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
    return sameAddress(values) ?? relayContradiction(values) ?? relayNotWanted(values);
  },
  async run(options, _positional, { signal }, reread) {
    const { runServer } = await import("../daemon/server_daemon.ts");
    await runServer(options, signal, reread);
  },
});

function sameAddress({ primary, secondary }: ServingAddresses): Contradiction | undefined {
  if (secondary !== primary) return undefined;
  return contradiction(
    ["secondary", "primary"],
    (secondary, primary) => `${secondary} needs another address than ${primary}`,
  );
}

/** Options of a relay without one. */
function relayNotWanted(
  { relay, ...options }: RelayOptionValues & { readonly relay: boolean },
): Contradiction | undefined {
  if (relay) return undefined;
  const names = ["interface", "prefix", "hostOnly"] as const;
  const surplus = names.find((name) => options[name] !== undefined && options[name] !== false);
  if (surplus === undefined) return undefined;
  return contradiction(
    [surplus, "relay"],
    (surplus, relay) => `${surplus} is about a relay: say ${relay} too`,
  );
}
