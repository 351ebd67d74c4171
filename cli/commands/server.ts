/**
 * `teredo server`.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import { type Command, command } from "../command.ts";
import { defaulted, type Option, optional, required } from "../option.ts";
import { runServer } from "../run_server.ts";
import { ALLOW_PRIVATE, LOG_LEVEL, UDP } from "../shared_options.ts";
import { IPV4, oneOf, PORT } from "../value_kind.ts";

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
    primary: required(IPV4, "The IPv4 address that names the server in its clients' addresses"),
    secondary: optional(
      IPV4,
      "The second IPv4 address, which lets clients detect symmetric NATs",
      "the one after the primary",
    ),
    port: defaulted(PORT, TEREDO_PORT, "The UDP port on both; clients know only 3544"),
    allowPrivate: ALLOW_PRIVATE,
    limits: LIMITS,
    udp: UDP,
    logLevel: LOG_LEVEL,
  },
  examples: [
    {
      line: "server --primary 203.0.113.1 --secondary 203.0.113.2",
      does: "Serve on two addresses of this host, until interrupted",
    },
    {
      line: "server --primary 10.0.0.1 --allow-private --log-level debug",
      does: "Serve a network of its own and tell more",
    },
  ],
  run: (options, _positional, { signal }) => runServer(options, signal),
});
