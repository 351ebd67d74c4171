/**
 * Someone that a gateway serves and that tries to misuse it, with datagrams that no client of ours
 * would send.
 *
 *     deno run -A misuser.ts '{"own":"83.1.2.3","port":4000,"attempts":["multicast"]}'
 *
 * With attempts that need a client that the gateway trusts, it first becomes one: it pings a native
 * host through the server, and answers the gateway's bubble. It says "begun" then, and "done" after
 * the attempts. At SIGUSR1 it says how many datagrams other than bubbles it has received since.
 *
 * @module
 */

import {
  encodeBubble,
  encodeEcho,
  encodeTeredoAddress,
  endpoint,
  Icmpv6Type,
  type Ipv4Address,
  IPV6_HEADER_LENGTH,
  isBubble,
  NextHeader,
  parseIpv4,
  parseIpv6,
  parseTeredoPacket,
  sourceOf,
  writeIpv6Header,
} from "../../wire/mod.ts";
import { setU16 } from "../../memory/octets.ts";
import { ADDRESS } from "./plan.ts";

/** What the program is told. */
export interface MisuserOptions {
  readonly own: string;
  readonly port: number;
  readonly attempts: readonly Attempt[];
}

/** Each attempt is made so many times. */
export const COPIES = 3;

const SERVER = ipv4(ADDRESS.serverPrimary);
const NATIVE = ADDRESS.native;

/** A packet to send, made by whom the options name. */
type PacketMaker = (own: Ipv4Address, port: number) => Uint8Array<ArrayBuffer>;

/** The attempts by name. */
const ATTEMPTS = {
  unlistedClient: (own, port) => echo(client(own, port), NATIVE),
  clientOfAnotherServer: (own, port) => echo(client(own, port, ipv4("83.9.9.9")), NATIVE),
  forgedMapping: (_own, port) => udp(client(ipv4("83.1.2.77"), port), NATIVE),
  nativeSource: () => udp(ipv6("2a00:dead::1"), NATIVE),
  unproved: (own, port) => udp(client(own, port), NATIVE),
  uniqueLocal: (own, port) => udp(client(own, port), "fd00::5"),
  linkLocal: (own, port) => udp(client(own, port), "fe80::1"),
  multicast: (own, port) => udp(client(own, port), "ff05::2"),
  nat64: (own, port) => udp(client(own, port), "64:ff9b::10.0.0.1"),
  private6to4: (own, port) => udp(client(own, port), "2002:a00:1::1"),
  privateClient: (own, port) => udp(client(own, port), client(ipv4("10.0.0.1"), 4000)),
  ownServer: (own, port) => udp(client(own, port), client(SERVER, 3544)),
  otherServer: (own, port) =>
    udp(client(own, port), client(ipv4("83.7.7.7"), 3544, ipv4("83.7.7.7"))),
  itself: (own, port) => udp(client(own, port), client(own, port)),
  ownService: (own, port) => udp(client(own, port), ADDRESS.serverNative),
} as const satisfies Record<string, PacketMaker>;

/** The name of an attempt. */
export type Attempt = keyof typeof ATTEMPTS;

/** Attempts of somebody whom the gateway does not trust. */
const UNTRUSTED: readonly Attempt[] = ["unlistedClient", "clientOfAnotherServer", "unproved"];

function ipv4(text: string): Ipv4Address {
  return parseIpv4(text)!;
}

function ipv6(text: string): Uint8Array {
  return parseIpv6(text)!;
}

function client(address: Ipv4Address, port: number, server = SERVER): Uint8Array {
  return encodeTeredoAddress({ server, flags: 0x1234 & 0x3cff, mapping: endpoint(address, port) });
}

function echo(source: Uint8Array, destination: string): Uint8Array<ArrayBuffer> {
  return encodeEcho({
    type: Icmpv6Type.ECHO_REQUEST,
    source,
    destination: ipv6(destination),
    identifier: 1,
    sequence: 1,
    data: new Uint8Array(8),
  });
}

/** A datagram to port 53. Its checksum is wrong: it is not meant to arrive. */
function udp(source: Uint8Array, destination: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(IPV6_HEADER_LENGTH + 8 + 4);
  writeIpv6Header(packet, {
    payloadLength: packet.length - IPV6_HEADER_LENGTH,
    nextHeader: NextHeader.UDP,
    hopLimit: 64,
    source,
    destination: typeof destination === "string" ? ipv6(destination) : destination,
  });
  [4242, 53, 12, 0xbad].forEach((word, i) => setU16(packet, IPV6_HEADER_LENGTH + 2 * i, word));
  return packet;
}

async function main({ own, port, attempts }: MisuserOptions): Promise<void> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: own, port });
  const to: Deno.NetAddr = { transport: "udp", hostname: ADDRESS.serverPrimary, port: 3544 };
  let received = 0;
  Deno.addSignalListener("SIGUSR1", () => {
    say(`received ${received}`);
    received = 0;
  });
  if (attempts.some((attempt) => !UNTRUSTED.includes(attempt))) await begin();
  for (const attempt of attempts) {
    for (let i = 0; i < COPIES; i++) await socket.send(ATTEMPTS[attempt](ipv4(own), port), to);
  }
  say("done");
  for await (const [datagram] of socket) {
    const packet = parseTeredoPacket(datagram);
    if (typeof packet === "string" || !isBubble(packet.ipv6)) received++;
  }

  async function begin(): Promise<void> {
    const self = client(ipv4(own), port);
    await socket.send(echo(self, NATIVE), to);
    for await (const [datagram, from] of socket) {
      const packet = parseTeredoPacket(datagram);
      if (typeof packet === "string") continue;
      if (!isBubble(packet.ipv6)) break;
      await socket.send(encodeBubble(self, sourceOf(packet.ipv6)), from);
    }
    say("begun");
  }
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));
