/**
 * `teredo client`.
 *
 * @module
 */

import { UsageError } from "../cli_error.ts";
import { type Command, command } from "../command.ts";
import { defaulted, optional, switchedOn } from "../option.ts";
import { runClient } from "../run_client.ts";
import { ALLOW_PRIVATE, LOG_LEVEL, OFFLOAD, UDP } from "../shared_options.ts";
import { HOST, PORT, REFRESH_SECONDS, text } from "../value_kind.ts";

/** Runs a client. */
export const client: Command = command({
  name: "client",
  summary: "Give this host IPv6 through a Teredo server",
  details: [
    "The client makes a network interface, asks the server for an address, and configures both " +
    "address and routes by itself. All of it vanishes when the program ends.",
  ],
  positional: {
    kind: HOST,
    help: "The same as --server",
    isRequired: false,
  },
  options: {
    server: optional(HOST, "The name or primary IPv4 address of the server"),
    server2: optional(
      HOST,
      "The server's secondary address",
      "the address after the primary one",
    ),
    port: optional(PORT, "The UDP port to send from", "any that is free"),
    interface: defaulted(
      text("NAME", "the name of an interface"),
      "teredo",
      "The network interface to make",
    ),
    defaultRoute: switchedOn(
      "Reach other Teredo clients only, and not the whole IPv6 Internet",
    ),
    refreshInterval: optional(
      REFRESH_SECONDS,
      "How long a NAT keeps a mapping that is not used, at least",
      "30",
    ),
    allowPrivate: ALLOW_PRIVATE,
    offload: OFFLOAD,
    udp: UDP,
    logLevel: LOG_LEVEL,
  },
  examples: [
    {
      line: "client --server teredo.trex.fi",
      does: "Have IPv6 through that server, until interrupted",
    },
    {
      line: "client teredo.example --port 40000 --no-default-route",
      does: "Send from a port that a firewall lets through, to Teredo clients only",
    },
  ],
  run({ server, ...options }, [host], { signal }) {
    return runClient({ ...options, server: oneServer(server, host) }, signal);
  },
});

function oneServer(option: string | undefined, positional: string | undefined): string {
  if (option !== undefined && positional !== undefined) {
    throw new UsageError(`The server is given twice: ${option} and ${positional}`, "client");
  }
  const server = option ?? positional;
  if (server === undefined) {
    throw new UsageError('"teredo client" needs a server: --server HOST', "client");
  }
  return server;
}
