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
import { CliError, UsageError } from "../process/failure.ts";
import { type Command, command } from "../args/command.ts";
import { parseHexadecimal } from "../decode/hexadecimal.ts";
import { switchedOff } from "../args/option.ts";
import { text } from "../args/kinds/value_kind.ts";

/** Characters of what cannot be decoded that its message repeats. */
const MOST_SHOWN = 100;

/** Tells what a Teredo address or packet says. */
export const decode: Command = command({
  name: "decode",
  summary: "Tell what a Teredo address or packet says",
  details: [
    "A Teredo address carries the IPv4 address of the client's server, 16 flag bits, and the IPv4 " +
    "address and UDP port at which the client is seen from outside its NAT.",
    "A packet is the payload of a UDP datagram, with or without its IPv4 and UDP headers, in " +
    "hexadecimal digits as they are copied out of tcpdump -X, Wireshark or a hex dump. Each field is explained; where every Teredo node drops the packet, the reason is said and " +
    "the exit code is 1.",
  ],
  positional: {
    kind: text(
      "WHAT",
      "a Teredo address such as 2001:0:cb00:7178:0:efff:3fff:fdfe, or a packet in hexadecimal digits",
    ),
    help:
      'An IPv6 address of 2001::/32, or the octets of a packet; "-" reads it from the standard ' +
      "input",
    isRequired: true,
    isRepeated: true,
  },
  options: {
    json: switchedOff(
      "Print JSON: of an address with the keys server, flags, cone, port and client; of a packet " +
        "with kind, fields and malformed",
    ),
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
    {
      line: "decode 0000efff3ffffdfe6000000000003b15",
      does: "Explain a packet field by field, here one that is cut off",
    },
    { line: "decode - <dump.txt", does: "The same of a hex dump in a file" },
  ],
  async run({ json }, words, { print, readInput, width }) {
    const given = words.join(" ");
    const what = given === "-" ? await readInput?.() ?? "" : given;
    const octets = readOctets(what);
    if (octets !== undefined) return await decodePacket(octets, json, print, width);
    const parts = explain(parse(what.trim()));
    print(json ? `${JSON.stringify(parts)}\n` : table(parts));
  },
});

/** The octets of a packet; `undefined` for what may be an address. */
function readOctets(what: string): Uint8Array | undefined {
  if (parseIpv6(what.trim()) !== undefined) return undefined;
  const octets = parseHexadecimal(what);
  if (octets !== "odd") return octets;
  const problem = "it has an odd number of digits, where each octet takes two";
  throw refusal(what, problem);
}

/** What is long is told by its beginning. */
function refusal(what: string, problem: string): UsageError {
  const shown = what.length > MOST_SHOWN ? `${what.slice(0, MOST_SHOWN)}…` : what;
  return new UsageError(`Cannot decode "${shown}": ${problem}`, "decode");
}

async function decodePacket(
  octets: Uint8Array,
  json: boolean,
  print: (text: string) => void,
  width: number,
): Promise<void> {
  const [{ explainPacket }, { packetText }, { malformedText }] = await Promise.all([
    import("../decode/packet.ts"),
    import("../decode/packet_text.ts"),
    import("../decode/malformed_text.ts"),
  ]);
  const explanation = explainPacket(octets);
  print(json ? `${JSON.stringify(explanation)}\n` : packetText(explanation, width));
  const { malformed } = explanation;
  if (malformed === null) return;
  throw new CliError(`Every Teredo node drops this: ${malformed}, ${malformedText(malformed)}`);
}

function parse(address: string): TeredoAddress {
  const bytes = parseIpv6(address);
  if (bytes === undefined) {
    throw refusal(address, "it is not an IPv6 address, nor hexadecimal digits");
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
