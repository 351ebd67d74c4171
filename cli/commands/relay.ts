/**
 * `teredo relay`.
 *
 * @module
 */

import { UsageError } from "../cli_error.ts";
import { type Command, command } from "../command.ts";
import { defaulted, optional, switchedOff } from "../option.ts";
import { runRelay } from "../run_relay.ts";
import { ALLOW_PRIVATE, LOG_LEVEL, UDP } from "../shared_options.ts";
import { IPV4, IPV6_PREFIXES, PORT, text } from "../value_kind.ts";

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
    bind: optional(IPV4, "The IPv4 address to send from", "any of this host"),
    port: optional(PORT, "The UDP port to send from", "any that is free"),
    interface: defaulted(
      text("NAME", "the name of an interface"),
      "teredo",
      "The network interface to make",
    ),
    prefix: optional(
      IPV6_PREFIXES,
      "Where packets of clients may go",
      "2000::/3, the IPv6 Internet",
    ),
    hostOnly: switchedOff("Serve this host's own addresses only"),
    allowPrivate: ALLOW_PRIVATE,
    udp: UDP,
    logLevel: LOG_LEVEL,
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
  run(options, _positional, { signal }) {
    if (options.hostOnly && options.prefix !== undefined) {
      throw new UsageError("--host-only serves no --prefix but this host's own addresses", "relay");
    }
    return runRelay(options, signal);
  },
});
