/**
 * What attackers send to a client, and through a relay.
 *
 * @module
 */

import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { type Ipv4Address, ipv4Address } from "../../wire/ipv4_address.ts";
import { NextHeader, writeIpv6Header } from "../../wire/ipv6_header.ts";
import { encodeTeredoAddress, mappingOf } from "../../wire/teredo_address.ts";
import type { Change, FloodPlan } from "./flood.ts";
import { fromEverywhere, innerSourceMatches, RANDOM_SOURCE } from "./forged_packets.ts";

// Offsets in an IPv6 packet.
const SITE = 8 + 2;
const MADE_UP_FLAGS = 24 + 8;
const MADE_UP_PORT = 24 + 10;
const MADE_UP_ADDRESS = 24 + 13;

/** Octets of data behind the IPv6 header. */
const DATA = 24;

/** Data of Teredo clients that are where their addresses say, which are made up. */
export function dataFromMadeUpPeers(client: Uint8Array, server: Ipv4Address): FloodPlan {
  return {
    packets: fromEverywhere(mappingOf(client), (from) => dataFrom(from, client, server)),
    changes: [...RANDOM_SOURCE, ...innerSourceMatches()],
  };
}

/** The same peers, each with a bubble through the client's server. */
export function bubblesThroughServer(
  client: Uint8Array,
  server: Endpoint,
): FloodPlan {
  const primary = ipv4Address(Math.floor(server / 0x1_0000));
  return {
    packets: fromEverywhere(server, (mapping) => {
      return encodeBubble(encodeTeredoAddress({ server: primary, flags: 0, mapping }), client);
    }),
    changes: [...RANDOM_SOURCE, ...innerSourceMatches()],
  };
}

/** Native packets to addresses that have the mappings of clients, and other flags. */
export function packetsToOtherFlags(
  clients: readonly Uint8Array[],
  source: Uint8Array,
): FloodPlan {
  return {
    packets: clients.map((destination) => echoTo(destination, source)),
    changes: [{ at: MADE_UP_FLAGS, length: 2 }],
  };
}

/** Native packets to clients of a server that do not exist: from one site, or each from its own. */
export function packetsToMadeUpClients(
  server: Ipv4Address,
  site: Uint8Array,
  from: "one site" | "many sites",
): FloodPlan {
  const toClients: Change[] = [{ at: MADE_UP_PORT, length: 2 }, { at: MADE_UP_ADDRESS, length: 3 }];
  const packets = Array.from({ length: 50 }, (_, i) => {
    const mapping = endpoint(ipv4Address((20 + i) * 2 ** 24 + 1), 1024);
    return echoTo(encodeTeredoAddress({ server, flags: 0, mapping }), site);
  });
  return {
    packets,
    changes: from === "one site" ? toClients : [{ at: SITE, length: 4 }, ...toClients],
  };
}

function echoTo(destination: Uint8Array, source: Uint8Array): Uint8Array {
  return encodeEcho({
    ...{ type: Icmpv6Type.ECHO_REQUEST, source, destination, data: new Uint8Array(DATA) },
    ...{ identifier: 1, sequence: 1 },
  });
}

/** A packet of a protocol that no host knows, which needs no checksum: nobody answers it. */
function dataFrom(mapping: Endpoint, destination: Uint8Array, server: Ipv4Address): Uint8Array {
  const packet = new Uint8Array(40 + DATA);
  const source = encodeTeredoAddress({ server, flags: 0, mapping });
  writeIpv6Header(packet, {
    ...{ payloadLength: DATA, nextHeader: NextHeader.UDP, hopLimit: 64, source, destination },
  });
  // Port 9 discards what it gets; the checksum is wrong.
  packet.set([9, 9, 0, 9, 0, DATA, 0xba, 0xad], 40);
  return packet;
}
