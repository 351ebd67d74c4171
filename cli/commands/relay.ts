/**
 * `teredo relay`.
 *
 * @module
 */

import { type Command, command } from "../args/command.ts";
import { optional } from "../args/option.ts";
import { gatewayContradiction, gatewayOptions } from "./options/gateway_options.ts";
import { relayContradiction, relayOptions } from "./options/relay_options.ts";
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
import { BIND_IPV4 } from "../args/kinds/address_kinds.ts";
import { type Contradiction, contradiction } from "../args/setting.ts";
import type { GatewayOptionValues } from "../daemon/settings/gateway_option_values.ts";
import { limitsKind } from "../args/kinds/limits_kind.ts";
import { PORT } from "../args/kinds/number_kinds.ts";
import { RELAY_LIMIT_NAMES } from "../daemon/settings/limits.ts";

/** Runs a relay. */
export const relay: Command = command({
  name: "relay",
  summary: "Carry packets between native IPv6 and Teredo clients",
  details: [
    "The relay creates a network interface with the route 2001::/32. Packets from hosts to " +
    "Teredo clients enter it, and packets from clients to native hosts leave it. A relay needs " +
    "a public IPv4 address and native IPv6. Announce 2001::/32 to the networks that it serves, " +
    "or serve only this host with --host-only. Several relays may serve the same networks.",
  ],
  positional: undefined,
  options: {
    bind: optional(BIND_IPV4, "IPv4 address to send from", "any address of this host"),
    port: optional(PORT, "UDP port to send from", "any free port"),
    public: optional(
      { ...BIND_IPV4, example: "203.0.113.1" },
      "Public IPv4 address that a 1:1 NAT translates to this host's own",
    ),
    ...relayOptions(),
    ...gatewayOptions(undefined),
    limits: optional(
      limitsKind(RELAY_LIMIT_NAMES),
      "Clients per second that are looked for, and bubbles to each of them, or off",
      "on",
    ),
    allowPrivate: ALLOW_PRIVATE,
    offload: OFFLOAD,
    udp: UDP,
    pcap: PCAP,
    user: USER,
    config: configOption("relay"),
    logLevel: LOG_LEVEL,
    logFormat: LOG_FORMAT,
    control: CONTROL,
    metrics: METRICS,
  },
  examples: [
    {
      line: "relay --port 3545 --prefix 2001:db8::/32",
      does: "Serve a site from behind a firewall that lets this port through",
    },
    {
      line: "relay --gateway --gateway-for 198.51.100.0/24",
      does: "Carry the packets of these clients with this host's IPv6 address",
    },
    {
      line: "relay --host-only",
      does: "Let Teredo clients reach this host directly",
    },
  ],
  contradiction(values) {
    return relayContradiction(values) ?? gatewayContradiction(values) ?? usersUnsaid(values);
  },
  async preconditions() {
    return (await import("../daemon/preconditions.ts")).RELAY_PRECONDITIONS;
  },
  async run(options, _positional, { takeSignals }, reread) {
    const signal = takeSignals();
    const { runRelay } = await import("../daemon/relay_daemon.ts");
    await runRelay(options, signal, reread);
  },
});

/** Packets leave a gateway with this host's address, so its users must be named. */
function usersUnsaid({ gateway, gatewayFor }: GatewayOptionValues): Contradiction | undefined {
  if (!gateway || gatewayFor !== undefined) return undefined;
  return contradiction(
    ["gateway", "gatewayFor"],
    (gateway, gatewayFor) =>
      `${gateway} needs to know who may use this host's address: add ${gatewayFor} with the ` +
      'prefixes of its clients, or "all"',
  );
}
