/**
 * `teredo client`.
 *
 * @module
 */

import { credentialContradiction } from "../daemon/settings/client_credentials.ts";
import { type Command, command } from "../args/command.ts";
import { serverContradiction } from "../daemon/settings/named_servers.ts";
import { defaulted, optional, required, switchedOff, switchedOn } from "../args/option.ts";
import { CONTROL, HOOK, LOG_FORMAT, METRICS } from "./options/service_options.ts";
import {
  ALLOW_PRIVATE,
  configOption,
  LOG_LEVEL,
  OFFLOAD,
  PCAP,
  UDP,
} from "./options/shared_options.ts";
import { HOST, HOSTS } from "../args/kinds/host_kinds.ts";
import { INTERFACE } from "../args/kinds/interface_kind.ts";
import { PORT, REFRESH_INTERVAL } from "../args/kinds/number_kinds.ts";
import { OCTETS } from "../args/kinds/secret_notation.ts";
import { FILE } from "../args/kinds/value_kind.ts";

/** Runs a client. */
export const client: Command = command({
  name: "client",
  summary: "Give this host IPv6 through a Teredo server",
  details: [
    "The client makes a network interface, asks the server for an address, and configures both " +
    "address and routes by itself. All of it vanishes when the program ends.",
    "Of several servers the first that answers is used, and the first of all again when it is " +
    "back. Beside native IPv6 the client does not run, and pauses when it appears.",
  ],
  positional: {
    kind: HOST,
    help: "A server, the same as --server; several in the order of preference",
    isRequired: false,
    isRepeated: true,
    standsFor: "server",
  },
  options: {
    server: required(
      HOSTS,
      "The names or primary IPv4 addresses of servers, in the order of preference",
    ),
    server2: optional(
      { ...HOSTS, example: "203.0.113.2" },
      "The servers' secondary addresses, in the same order",
      "the address after each primary one",
    ),
    port: optional(PORT, "The UDP port to send from", "any that is free"),
    interface: defaulted(
      INTERFACE,
      "teredo",
      "The network interface to make",
    ),
    defaultRoute: switchedOn(
      "Reach other Teredo clients only, and not the whole IPv6 Internet",
      "Reach the whole IPv6 Internet, where no other way leads, and not other Teredo clients only",
    ),
    force: switchedOff("Run beside native IPv6 too"),
    identifier: optional(OCTETS, "Who the client is to a server that serves only whom it knows"),
    secretFile: optional(FILE, "The file with the secret that goes with --identifier"),
    localDiscovery: switchedOff(
      "Tell this host's address to the whole link, and find clients behind the same NAT there",
    ),
    refreshInterval: optional(
      REFRESH_INTERVAL,
      "How long a NAT keeps a mapping that is not used, at least",
      "30",
    ),
    determineRefresh: switchedOff("Find out by a second UDP port whether it keeps it longer"),
    allowPrivate: ALLOW_PRIVATE,
    offload: OFFLOAD,
    udp: UDP,
    pcap: PCAP,
    config: configOption("client"),
    logLevel: LOG_LEVEL,
    logFormat: LOG_FORMAT,
    control: CONTROL,
    metrics: METRICS,
    hook: HOOK,
  },
  examples: [
    {
      line: "client --server teredo.example",
      does: "Have IPv6 through that server, until interrupted",
    },
    {
      line: "client teredo.example teredo2.example",
      does: "The same with a second server for when the first one fails",
    },
    {
      line: "client teredo.example --port 40000 --no-default-route",
      does: "Send from a port that a firewall lets through, to Teredo clients only",
    },
    {
      line: "client teredo.example --identifier alice --secret-file /etc/teredo/secret",
      does: "Use a server that serves only whom it knows",
    },
  ],
  contradiction(values) {
    return serverContradiction(values) ?? credentialContradiction(values);
  },
  async run(options, _positional, { signal }, reread) {
    const { runClient } = await import("../daemon/client_daemon.ts");
    await runClient(options, signal, reread);
  },
});
