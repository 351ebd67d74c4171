/**
 * What the system says: netlink of Linux, the routing socket of macOS, texts of Windows.
 *
 * @module
 */

import { parseReport as parseDarwinReport } from "../../../ffi/darwin/link_monitor.ts";
import {
  addressIn,
  encodeRouteMessage,
  interfaceAddress,
  interfaceNameIn,
  maskLength,
  parseRouteMessage,
  prefixMask,
  socketAddress,
} from "../../../ffi/darwin/routing/route_message.ts";
import { parseReport } from "../../../ffi/linux/link_monitor.ts";
import { parseRejection } from "../../../ffi/linux/netlink/netlink_answer.ts";
import {
  attribute,
  encodeMessage,
  numberAttribute,
  parseAttributes,
  parseMessages,
} from "../../../ffi/linux/netlink/netlink_message.ts";
import { segmentLength } from "../../../ffi/linux/udp/receive_offload.ts";
import { grantsStrangers } from "../../../ffi/windows/access_list.ts";
import { wideText, wideTextIn } from "../../../ffi/windows/wide_text.ts";
import { parseSystemTeredo } from "../../../cli/process/system_teredo.ts";
import { ACTORS } from "../../vectors/vectors.ts";
import { type FuzzTarget, hold, octetsOf, textOf, words } from "../target.ts";

const IPV4 = Uint8Array.of(192, 0, 2, 1);

function netlink(type: number, flags: number, ...parts: Uint8Array[]): Uint8Array {
  return encodeMessage({ type, flags, sequence: 1 }, parts);
}

/** Messages of RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE and NLMSG_ERROR. */
const NETLINK_MESSAGES = [
  netlink(16, 0, Uint8Array.of(0, 0, 1, 0, 2, 0, 0, 0, 0x43, 0, 1, 0, 0, 0, 0, 0)),
  netlink(20, 0, Uint8Array.of(10, 64, 0, 0, 2, 0, 0, 0), attribute(1, ACTORS.host)),
  netlink(
    24,
    0,
    Uint8Array.of(10, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0),
    numberAttribute(4, 2),
    attribute(5, IPV4),
  ),
  netlink(2, 0x200, new Uint8Array(4), new Uint8Array(16)),
  netlink(
    2,
    0x300,
    Uint8Array.of(0xea, 255, 255, 255),
    new Uint8Array(16),
    attribute(1, octetsOf("no\0")),
  ),
  netlink(3, 2, new Uint8Array(4)),
];

/** Netlink: what a receiving call gave. */
export const NETLINK: FuzzTarget = {
  name: "netlink",
  seeds: [...NETLINK_MESSAGES, Uint8Array.from(NETLINK_MESSAGES.flatMap((each) => [...each]))],
  words: [
    ...[16, 20, 24, 32, 2, 3].map((type) => Uint8Array.of(type, 0)),
    numberAttribute(4, 1),
    Uint8Array.of(4, 0, 4, 0),
    Uint8Array.of(8, 0, 5, 0),
  ],
  maxLength: 400,
  stressLength: 65_536,
  run(input) {
    let total = 0;
    for (const message of parseMessages(input)) {
      total += message.payload.length + 16;
      hold(total <= input.length, "Messages are longer than what came");
      parseReport(message);
      parseRejection(message);
      const attributes = parseAttributes(message.payload);
      hold(attributes.size <= message.payload.length / 4, "More attributes than octets");
    }
  },
};

/** Control messages of `recvmmsg`. */
export const CONTROL_MESSAGES: FuzzTarget = {
  name: "control-messages",
  seeds: ["1400000000000000110000006800000064000000", "1000000000000000110000006700000000000000"]
    .map((hex) => Uint8Array.fromHex(hex)),
  words: [Uint8Array.of(17, 0, 0, 0, 104), Uint8Array.of(20, 0, 0, 0, 0, 0, 0, 0)],
  maxLength: 200,
  stressLength: 65_536,
  run(input) {
    const length = segmentLength(input, 0, input.length);
    hold(Number.isInteger(length) && length >= 0, `Datagrams of ${length} octets`);
  },
};

/** The routing socket of macOS. */
export const ROUTING_SOCKET: FuzzTarget = {
  name: "routing-socket",
  seeds: [
    encodeRouteMessage({
      type: 1,
      flags: 3,
      index: 4,
      sequence: 1,
      addresses: {
        0: socketAddress(new Uint8Array(16)),
        1: socketAddress(ACTORS.host),
        2: prefixMask(3),
        4: interfaceAddress(4),
      },
    }),
    encodeRouteMessage({
      type: 2,
      flags: 1,
      index: 1,
      sequence: 2,
      addresses: { 0: socketAddress(IPV4), 1: socketAddress(IPV4) },
    }),
    ...[0xe, 0xc, 0xd].map((type) => {
      const message = encodeRouteMessage({
        type,
        flags: 0x41,
        index: 1,
        sequence: 0,
        addresses: { 5: socketAddress(ACTORS.host) },
      });
      return message;
    }),
  ],
  words: [Uint8Array.of(28, 30), Uint8Array.of(16, 2), Uint8Array.of(20, 18), Uint8Array.of(5, 14)],
  maxLength: 400,
  stressLength: 65_536,
  run(input) {
    parseDarwinReport(input);
    for (const each of Object.values(parseRouteMessage(input)?.addresses ?? {})) {
      addressIn(each);
      interfaceNameIn(each);
      hold(maskLength(each, 16) <= 128 && maskLength(each, 4) <= 32, "A mask is too long");
    }
  },
};

/** What Windows says of its own client, of owners of files, and in UTF-16. */
export const WINDOWS_TEXT: FuzzTarget = {
  name: "windows-text",
  seeds: words(
    "Teredo Parameters\r\n---\r\nType                    : default\r\nServer Name             : " +
      "win1910.ipv6.microsoft.com.\r\nState                   : qualified\r\n" +
      "Client Type : teredo client\r\nLocal Mapping : 192.168.1.2:51234\r\n",
    "O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)(A;OICIIO;GA;;;CO)",
    "O:S-1-5-21-1-2-3-1001D:(A;;FA;;;WD)",
  ),
  words: words(
    ":",
    " : ",
    "\r\n",
    "(A;;",
    ";;;WD)",
    "D:",
    "O:",
    ";",
    "0x",
    "FA",
    "1.2.3.4:5",
    "a.",
    "(",
  ),
  maxLength: 400,
  stressLength: 65_536,
  run(input) {
    const text = textOf(input);
    parseSystemTeredo(text);
    for (const wanted of ["any", "change", "move"] as const) {
      grantsStrangers(text, "S-1-5-21-1-2-3-1001", wanted);
    }
    const [first = ""] = text.split("\0");
    hold(wideTextIn(wideText(text)).normalize() === first.normalize(), "UTF-16 changes a text");
  },
};
