/**
 * `teredo relay`.
 *
 * @module
 */

import { type Command, command } from "../args/command.ts";
import { optional } from "../args/option.ts";
import { relayContradiction, relayOptions } from "./options/relay_options.ts";
import { CONTROL, LOG_FORMAT, METRICS } from "./options/service_options.ts";
import {
  ALLOW_PRIVATE,
  configOption,
  LOG_LEVEL,
  OFFLOAD,
  PCAP,
  UDP,
} from "./options/shared_options.ts";
import { BIND_IPV4 } from "../args/kinds/address_kinds.ts";
import { PORT } from "../args/kinds/number_kinds.ts";

/** Runs a relay. */
export const relay: Command = command({
  name: "relay",
  summary: "Carry packets between native IPv6 and Teredo clients",
  details: [
    "A relay makes a network interface with the route 2001::/32: what hosts send to Teredo clients " +
    "comes in there, and what clients send to native hosts comes out. It needs a public IPv4 " +
    "address and native IPv6. Announce 2001::/32 to those whom it serves, or serve this host " +
    "alone with --host-only. It may run in several places at once.",
  ],
  positional: undefined,
  options: {
    bind: optional(BIND_IPV4, "The IPv4 address to send from", "any of this host"),
    port: optional(PORT, "The UDP port to send from", "any that is free"),
    ...relayOptions(),
    allowPrivate: ALLOW_PRIVATE,
    offload: OFFLOAD,
    udp: UDP,
    pcap: PCAP,
    config: configOption("relay"),
    logLevel: LOG_LEVEL,
    logFormat: LOG_FORMAT,
    control: CONTROL,
    metrics: METRICS,
  },
  examples: [
    {
      line: "relay --port 3545 --prefix 2001:db8::/32",
      does: "Serve a site, behind a firewall that lets that port through",
    },
    {
      line: "relay --host-only",
      does: "Let Teredo clients reach this host without detours",
    },
  ],
  contradiction: relayContradiction,
  async run(options, _positional, { signal }, reread) {
    const { runRelay } = await import("../daemon/relay_daemon.ts");
    await runRelay(options, signal, reread);
  },
});
