/**
 * Packets of the lab in words: sender, receiver, contents and time, as tshark reads them.
 *
 *      0.000  A 83.1.2.1:4096             > server 83.1.1.1:3544      RS, nonce
 *      0.004  server 83.1.1.1:3544        > A 83.1.2.1:4096           RA, nonce, origin 83.1.2.1:4096
 *      1.207  server 2a00:1::5            > native 2a00:1::2          echo request
 *
 * @module
 */

import { addressOf } from "../../wire/endpoint.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { mappingOf } from "../../wire/teredo_address.ts";
import type { Capture } from "./capture.ts";
import { ADDRESS, sitePlan } from "./plan.ts";

/** A packet on the lab's Internet. */
interface TracedPacket {
  /** In seconds since 1970. */
  readonly time: number;
  /** The sender, with address and port. */
  readonly from: string;
  readonly to: string;
  /** What: `bubble, origin 83.1.2.1:4096`. */
  readonly what: string;
}

/** Outside of Teredo only what a trace is about, and not how neighbours find each other. */
const NATIVE_FILTER = "(icmpv6.type == 128 || icmpv6.type == 129 || ipv6.nxt == 59) && !ip";

const FIELDS = [
  ...["frame.time_epoch", "ip.src", "udp.srcport", "ip.dst", "udp.dstport", "udp.length"],
  ...["ipv6.src", "ipv6.dst", "ipv6.nxt", "ipv6.plen", "icmpv6.type"],
  ...["teredo.auth.nonce", "teredo.orig.addr", "teredo.orig.port"],
] as const;

const NAMES: Readonly<Record<string, string>> = {
  [ADDRESS.serverPrimary]: "server",
  [ADDRESS.serverSecondary]: "server",
  [ADDRESS.serverNative]: "server",
  [ADDRESS.relay]: "relay",
  [ADDRESS.relayNative]: "relay",
  [ADDRESS.native]: "native",
  [sitePlan(1).external]: "A",
  [sitePlan(2).external]: "B",
  [sitePlan(3).external]: "C",
  [sitePlan(4).external]: "D",
};

/** Octets in front of what follows an IPv6 packet: headers of UDP and IPv6, an origin indication. */
const HEADERS = 8 + 40;
const ORIGIN = 8;

const ICMPV6: Readonly<Record<string, string>> = {
  "128": "echo request",
  "129": "echo reply",
  "133": "RS",
  "134": "RA",
};

/** What two captures saw, in the order of time: one of the IPv4 Internet, one of the native one. */
export async function tracedPackets(ipv4: Capture, native: Capture): Promise<TracedPacket[]> {
  const packets = await Promise.all([
    ipv4.fields("teredo", ...FIELDS),
    native.fields(NATIVE_FILTER, ...FIELDS),
  ]);
  return packets.flat().map(read).sort((one, other) => one.time - other.time);
}

function read(values: string[]): TracedPacket {
  const field = Object.fromEntries(FIELDS.map((name, i) => [name, values[i] ?? ""]));
  const isTunnelled = field["ip.src"] !== "";
  const end = (side: "src" | "dst") => {
    const address = isTunnelled ? field[`ip.${side}`]! : field[`ipv6.${side}`]!;
    const port = isTunnelled ? `:${field[`udp.${side}port`]}` : "";
    return `${nameOf(address)} ${address}${port}`;
  };
  return {
    time: Number(field["frame.time_epoch"]),
    from: end("src"),
    to: end("dst"),
    what: [
      field["ipv6.nxt"] === "59" ? "bubble" : ICMPV6[field["icmpv6.type"]!] ?? "data",
      ...field["teredo.auth.nonce"] ? ["nonce"] : [],
      ...field["teredo.orig.addr"]
        ? [`origin ${field["teredo.orig.addr"]}:${field["teredo.orig.port"]}`]
        : [],
      ...hasTrailers(field) ? ["trailers"] : [],
    ].join(", "),
  };
}

/**
 * tshark doesn't know trailers: they are what is left in a bubble, the only packet that can have
 * them.
 */
function hasTrailers(field: Readonly<Record<string, string>>): boolean {
  if (field["ipv6.nxt"] !== "59" || field["udp.length"] === "") return false;
  const origin = field["teredo.orig.addr"] ? ORIGIN : 0;
  return Number(field["udp.length"]) > HEADERS + origin + Number(field["ipv6.plen"]);
}

/** A client has the name of its site, whose address is in its Teredo address. */
function nameOf(address: string): string {
  const teredo = NAMES[address] === undefined ? parseIpv6(address) : undefined;
  const known = teredo === undefined ? address : formatIpv4(addressOf(mappingOf(teredo)));
  return NAMES[known] ?? "unknown";
}

/** The packets as aligned lines, with seconds from the first one. */
export function traceText(packets: readonly TracedPacket[]): string {
  const width = Math.max(...packets.map(({ from }) => from.length));
  const widthTo = Math.max(...packets.map(({ to }) => to.length));
  return packets.map(({ time, from, to, what }) => {
    const seconds = (time - packets[0]!.time).toFixed(3).padStart(7);
    return `${seconds}  ${from.padEnd(width)} > ${to.padEnd(widthTo)}  ${what}\n`;
  }).join("");
}

/** Senders, receivers and contents, without times and addresses: the same in each run. */
export function stepsOf(text: string): string[] {
  return text.split("\n").filter((line) => / > /.test(line)).map((line) => {
    const [, from, to, what] = /^ *[\d.]+ +(\w+) \S+ +> (\w+) \S+ +(.*)$/.exec(line) ?? [];
    return `${from} > ${to}: ${what?.replace(/origin \S+/, "origin")}`;
  });
}
