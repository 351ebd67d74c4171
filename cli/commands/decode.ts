/**
 * `teredo decode`.
 *
 * @module
 */

import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { addressOf, portOf } from "../../wire/endpoint.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import {
  CONE_FLAG,
  decodeTeredoAddress,
  isHistoricalTeredo,
  type TeredoAddress,
} from "../../wire/teredo_address.ts";
import { CliError, UsageError } from "../cli_error.ts";
import { type Command, command } from "../command.ts";
import { switchedOff } from "../option.ts";
import { text } from "../value_kind.ts";

/** Tells what a Teredo address says. */
export const decode: Command = command({
  name: "decode",
  summary: "Tell what a Teredo address says",
  details: [
    "A Teredo address carries the IPv4 address of the client's server, 16 flag bits, and the IPv4 " +
    "address and UDP port at which the client is seen from outside its NAT.",
  ],
  positional: {
    kind: text("ADDRESS", "a Teredo address such as 2001:0:cb00:7178:0:efff:3fff:fdfe"),
    help: "An IPv6 address of 2001::/32",
    isRequired: true,
  },
  options: {
    json: switchedOff("Print JSON with the keys server, flags, cone, port and client"),
  },
  examples: [
    {
      line: "decode 2001:0:cb00:7178:0:efff:3fff:fdfe",
      does: "Print the server, flags and mapped address of a client",
    },
    {
      line: "decode --json 2001:0:cb00:7178:0:efff:3fff:fdfe",
      does: "The same for a program",
    },
  ],
  run({ json }, [address], { print }) {
    const parts = explain(parse(address!));
    print(json ? `${JSON.stringify(parts)}\n` : table(parts));
  },
});

function parse(address: string): TeredoAddress {
  const bytes = parseIpv6(address);
  if (bytes === undefined) {
    throw new UsageError(`Cannot decode "${address}": it is not an IPv6 address`, "decode");
  }
  const parts = decodeTeredoAddress(bytes);
  if (parts !== undefined) return parts;
  throw new CliError(
    isHistoricalTeredo(bytes)
      ? `Cannot decode ${address}: 3ffe:831f::/32 was Teredo's prefix in tests before 2006, ` +
        "and means nothing any more"
      : `Cannot decode ${address}: it is not a Teredo address, which starts with 2001:0:`,
  );
}

function explain({ server, flags, mapping }: TeredoAddress) {
  return {
    server: formatIpv4(server),
    flags: flags.toString(16).padStart(4, "0"),
    cone: (flags & CONE_FLAG) !== 0,
    port: portOf(mapping),
    client: formatIpv4(addressOf(mapping)),
  };
}

function table(parts: ReturnType<typeof explain>): string {
  return Object.entries(parts).map(([key, value]) => `${key.padEnd(8)}${value}\n`).join("");
}
