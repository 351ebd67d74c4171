/**
 * `teredo decode`.
 *
 * @module
 */

import { CliError, UsageError } from "../process/failure.ts";
import type { ProcessContext } from "../process/process_context.ts";
import { type Command, command } from "../args/command.ts";
import { switchedOff } from "../args/option.ts";
import { text } from "../args/kinds/value_kind.ts";
import { addressText, explainAddress, readAddress } from "../decode/address.ts";
import { readHexDump } from "../decode/hex_dump.ts";
import { readDigits } from "../decode/hexadecimal.ts";
import type { PacketExplanation } from "../decode/packet.ts";

/** Characters of what cannot be decoded that its message repeats. */
const MOST_SHOWN = 100;

/** Explains Teredo addresses and packets. */
export const decode: Command = command({
  name: "decode",
  summary: "Explain Teredo addresses and packets",
  details: [
    "A Teredo address holds the IPv4 address of the client's server, 16 flag bits, and the IPv4 " +
    "address and UDP port at which the client is seen outside its NAT. Link-local addresses may " +
    "hold the same without the server. Brackets, ports and zones around an address are ignored.",
    "Packets are given in hexadecimal digits: as the payload of a UDP datagram, with its IPv4 " +
    "and UDP headers, or with the link's header too. The output of tcpdump -x, -X, -xx and -XX, " +
    "tshark -x, xxd and hexdump -C is read as it is, with any number of packets. Each field is " +
    "explained. If every Teredo node would drop a packet, the reason is shown and the exit code " +
    "is 1.",
  ],
  positional: {
    kind: text(
      "WHAT",
      "a Teredo address such as 2001:0:cb00:7178:0:efff:3fff:fdfe, or a packet in hexadecimal " +
        "digits",
    ),
    help: 'IPv6 addresses, or the octets of packets; "-" reads them from the standard input',
    isRequired: true,
    isRepeated: true,
  },
  options: {
    json: switchedOff(
      "Print JSON, one line for each address or packet: the keys address, server, flags, cone, " +
        "port and client, or kind, fields and malformed",
    ),
  },
  examples: [
    {
      line: "decode 2001:0:cb00:7178:0:efff:3fff:fdfe",
      does: "Show the server, the flags and the mapped address of a client",
    },
    {
      line: "decode --json 2001:0:cb00:7178:0:efff:3fff:fdfe",
      does: "The same for programs",
    },
    {
      line: "decode 0000efff3ffffdfe6000000000003b15",
      does: "Explain a packet field by field; this one is cut off",
    },
    { line: "decode - <dump.txt", does: "Explain the packets of a hex dump" },
  ],
  async run({ json }, words, context) {
    const given = words.join(" ");
    const what = given === "-" ? await context.readInput?.() ?? "" : given;
    const parts = what.split(/\s+/).filter((part) => part !== "");
    const addresses = parts.map(readAddress);
    // Above each packet of a dump, tcpdump writes addresses.
    const dump = readHexDump(what);
    if (dump === undefined && addresses.some((address) => address !== undefined)) {
      return printAddresses(parts, addresses, json, context);
    }
    const octets = dump ?? readDigits(what);
    if (octets === undefined) {
      throw refusal(what.trim(), "it is not an IPv6 address, nor hexadecimal digits");
    }
    if ("problem" in octets) throw refusal(what.trim(), octets.problem);
    await printPackets(octets.packets, json, context);
  },
});

/** The beginning of something long is enough to recognise it. */
function refusal(what: string, problem: string): UsageError {
  const shown = what.length > MOST_SHOWN ? `${what.slice(0, MOST_SHOWN)}…` : what;
  return new UsageError(`Cannot decode "${shown}": ${problem}`, "decode");
}

/** @throws {CliError} some of them say nothing; the others are printed */
function printAddresses(
  parts: readonly string[],
  addresses: readonly (string | undefined)[],
  json: boolean,
  { print }: Pick<ProcessContext, "print">,
): void {
  const stranger = parts.find((_, i) => addresses[i] === undefined);
  if (stranger !== undefined) throw refusal(stranger, "it is not an IPv6 address");
  const problems: string[] = [];
  for (const address of addresses as string[]) {
    const explanation = explainAddress(address);
    if ("problem" in explanation) {
      problems.push(`Cannot decode ${address}: ${explanation.problem}`);
    } else if (json) {
      print(`${JSON.stringify(explanation)}\n`);
    } else {
      print(addresses.length > 1 ? `${address}\n` : "");
      print(addressText(explanation) + (addresses.length > 1 ? "\n" : ""));
    }
  }
  if (problems.length > 0) throw new CliError(problems.join("\n"));
}

/** @throws {CliError} every Teredo node would drop one of them; all are printed */
async function printPackets(
  packets: readonly Uint8Array[],
  json: boolean,
  { print, width }: Pick<ProcessContext, "print" | "width">,
): Promise<void> {
  const [{ explainPacket }, { packetText }, { malformedText }] = await Promise.all([
    import("../decode/packet.ts"),
    import("../decode/packet_text.ts"),
    import("../decode/malformed_text.ts"),
  ]);
  const isOne = packets.length === 1;
  const problems: string[] = [];
  const show = (explanation: PacketExplanation, number: number) => {
    if (json) return print(`${JSON.stringify(explanation)}\n`);
    const title = isOne ? "" : `${number === 1 ? "" : "\n"}Packet ${number}: `;
    print(title + packetText(explanation, width));
  };
  for (const [index, packet] of packets.entries()) {
    const explanation = explainPacket(packet);
    show(explanation, index + 1);
    const { malformed } = explanation;
    if (malformed === null) continue;
    const which = isOne ? "this packet" : `packet ${index + 1}`;
    problems.push(`Every Teredo node drops ${which}: ${malformed}, ${malformedText(malformed)}`);
  }
  if (problems.length > 0) throw new CliError(problems.join("\n"));
}
