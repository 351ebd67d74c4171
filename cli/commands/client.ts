/**
 * `teredo client`.
 *
 * @module
 */

import { EXTENSIONS } from "../../client/extensions.ts";
import { FOLDERS, pathIn } from "../process/folders.ts";
import { credentialContradiction } from "../daemon/settings/client_credentials.ts";
import { type Command, command } from "../args/command.ts";
import { CLIENT_LIMIT_NAMES } from "../daemon/settings/limits.ts";
import { serverContradiction } from "../daemon/settings/named_servers.ts";
import { optional, required, switchedOff, switchedOn } from "../args/option.ts";
import { CONTROL, HOOK, LOG_FORMAT, METRICS } from "./options/service_options.ts";
import {
  ALLOW_PRIVATE,
  configOption,
  LOG_LEVEL,
  OFFLOAD,
  PCAP,
  portMappingOption,
  UDP,
  USER,
} from "./options/shared_options.ts";
import { FIREWALL } from "../args/kinds/gateway_kinds.ts";
import { HOST, HOSTS } from "../args/kinds/host_kinds.ts";
import { INTERFACE } from "../args/kinds/interface_kind.ts";
import { limitsKind } from "../args/kinds/limits_kind.ts";
import { PORT, REFRESH_INTERVAL } from "../args/kinds/number_kinds.ts";
import { OCTETS } from "../args/kinds/secret_notation.ts";
import { anyOf, FILE } from "../args/kinds/value_kind.ts";
import { INTERFACE_DEFAULT } from "./options/interface_default.ts";

/** Runs a client. */
export const client: Command = command({
  name: "client",
  summary: "Give this host IPv6 through a Teredo server",
  details: [
    "The client creates a network interface, asks the server for an address, and sets up the " +
    "address and the routes. Everything is removed when the program ends.",
    "If several servers are given, the client uses the first one that answers, and returns to a " +
    "better one when that answers again. A name with several addresses stands for all of them. " +
    "The client pauses while this host has native IPv6.",
  ],
  positional: {
    kind: HOST,
    help: "Servers in order of preference, the same as --server",
    isRequired: false,
    isRepeated: true,
    standsFor: "server",
  },
  options: {
    server: required(
      HOSTS,
      "Names or primary IPv4 addresses of servers, in order of preference",
    ),
    server2: optional(
      { ...HOSTS, example: "203.0.113.2" },
      "Secondary addresses of the servers, in the same order",
      "the address after each primary one",
    ),
    port: optional(PORT, "UDP port to send from", "any free port"),
    interface: optional(
      INTERFACE,
      "Name of the network interface to create",
      INTERFACE_DEFAULT,
    ),
    defaultRoute: switchedOn(
      "Reach only other Teredo clients, not the whole IPv6 Internet",
      "Reach the whole IPv6 Internet where no other route leads, not only other Teredo clients",
    ),
    force: switchedOff("Run even if this host has native IPv6"),
    identifier: optional(OCTETS, "Client identifier, for servers that require authentication"),
    secretFile: optional(FILE, "File that holds the secret for --identifier"),
    localDiscovery: switchedOff(
      "Announce this host on the local network, to find clients behind the same NAT",
    ),
    refreshInterval: optional(
      REFRESH_INTERVAL,
      "Refresh the mapping of the NAT at least this often",
      "30",
    ),
    determineRefresh: switchedOff(
      "Use a second UDP port to find out whether the NAT keeps mappings longer",
    ),
    portMapping: portMappingOption(
      "Ask the router for the UDP port, so that every peer gets in: by PCP, NAT-PMP or UPnP",
    ),
    extensions: optional(
      { ...anyOf(EXTENSIONS), example: "symmetric,hairpinning" },
      "Get through more NATs with these extensions of RFC 6081, each with those it builds on",
      "all",
    ),
    loadReduction: switchedOff(
      "Ask a peer that fell silent before asking its server, which takes longer if NATs forgot it",
    ),
    firewall: optional(
      FIREWALL,
      "Let in only answers, ICMPv6 and these services of this host (Linux only)",
      "everything comes in",
    ),
    limits: optional(
      limitsKind(CLIENT_LIMIT_NAMES),
      "Packets of strangers per second that get an answer, an entry or a test, or off",
      "on",
    ),
    allowPrivate: ALLOW_PRIVATE,
    offload: OFFLOAD,
    udp: UDP,
    pcap: PCAP,
    user: USER,
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
      does: "Use this server until interrupted",
    },
    {
      line: "client teredo.example teredo2.example",
      does: "The same, with a second server in case the first one fails",
    },
    {
      line: "client teredo.example --port 40000 --no-default-route",
      does: "Send from a port that the firewall lets through, and only to Teredo clients",
    },
    {
      line: `client teredo.example --identifier alice --secret-file ${
        pathIn(FOLDERS.config, "secret")
      }`,
      does: "Use a server that requires authentication",
    },
  ],
  contradiction(values) {
    return serverContradiction(values) ?? credentialContradiction(values);
  },
  async preconditions() {
    return (await import("../daemon/preconditions.ts")).CLIENT_PRECONDITIONS;
  },
  async run(options, _positional, { takeSignals }, reread) {
    const signal = takeSignals();
    const { runClient } = await import("../daemon/client_daemon.ts");
    await runClient(options, signal, reread);
  },
});
