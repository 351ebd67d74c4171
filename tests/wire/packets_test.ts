/** Every vector V1 to V23, taken apart and put together from values, bit for bit. */

import { assert, assertEquals } from "@std/assert";
import { type Authentication, authenticationValue, nonceOnly } from "../../wire/authentication.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { hasValidIcmpv6Checksum } from "../../wire/checksum.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type, isIcmpv6 } from "../../wire/icmpv6.ts";
import { ALL_NODES } from "../../wire/ipv6_address.ts";
import {
  destinationOf,
  hopLimitOf,
  nextHeaderOf,
  payloadLengthOf,
  sourceOf,
} from "../../wire/ipv6_header.ts";
import {
  encodeRouterAdvertisement,
  encodeRouterSolicitation,
} from "../../wire/neighbor_discovery.ts";
import { teredoPrefix } from "../../wire/teredo_address.ts";
import {
  encodeTeredoPacket,
  parseTeredoPacket,
  type TeredoPacket,
  type TeredoPacketParts,
} from "../../wire/teredo_packet.ts";
import { encodeTrailers, parseTrailers, type Trailers } from "../../wire/trailers.ts";
import { TEREDO_MTU } from "../../protocol/constants.ts";
import {
  ACTORS,
  address,
  at,
  hex,
  type PacketVector,
  vector,
  vectors,
} from "../vectors/vectors.ts";

const SERVER = address("A8").octets;
const CLIENT = address("A10").octets;
const CONE_CLIENT = address("A11").octets;
const { a, addressOfA: A, addressOfB: B, addressOfRelay: RELAY, host: HOST } = ACTORS;

const authentication = nonceOnly(ACTORS.nonce);
const solicitation = encodeRouterSolicitation(CLIENT);
const advertisement = advertise(CLIENT, TEREDO_MTU);
const aToB = encodeBubble(A, B);
const bToA = encodeBubble(B, A);
const relayToA = encodeBubble(RELAY, A, 64);
const nonce = ACTORS.trailerNonce;
const echo = {
  identifier: 0x7e1e,
  sequence: 0xd0d0,
  data: hex("0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
};

/** What each vector is made of. */
const MADE_OF: Readonly<Record<string, TeredoPacketParts & { readonly says?: Trailers }>> = {
  V1: { ipv6: solicitation },
  V2: { authentication, ipv6: solicitation },
  V3: { authentication, ipv6: encodeRouterSolicitation(CONE_CLIENT) },
  V4: { authentication, origin: a, ipv6: advertisement },
  V5: { authentication, origin: a, ipv6: advertise(CONE_CLIENT) },
  V6: { authentication: sign(solicitation), ipv6: solicitation },
  V7: { authentication: sign(advertisement, a), origin: a, ipv6: advertisement },
  V8: { ipv6: aToB },
  V9: { ipv6: aToB },
  V10: { origin: a, ipv6: aToB },
  V11: { ipv6: relayToA },
  V12: { origin: ACTORS.relay, ipv6: relayToA },
  V13: { ipv6: encodeBubble(A, RELAY) },
  V14: {
    ipv6: encodeEcho({ type: Icmpv6Type.ECHO_REQUEST, source: A, destination: HOST, ...echo }),
  },
  V15: {
    ipv6: encodeEcho({
      type: Icmpv6Type.ECHO_REPLY,
      source: HOST,
      destination: A,
      hopLimit: 60,
      ...echo,
    }),
  },
  V16: { ipv6: encodeBubble(A, ALL_NODES, 1) },
  V17: { ipv6: aToB, says: { nonce } },
  V18: {
    origin: a,
    ipv6: aToB,
    says: {
      nonce,
      alternateAddresses: [at("192.168.1.10:40000"), at("10.1.2.3:40001")],
      randomPort: 57005,
    },
  },
  V19: { ipv6: bToA, says: { nonce } },
  V20: { ipv6: aToB, says: { neighborDiscovery: "solicitation" } },
  V21: { ipv6: bToA, says: { neighborDiscovery: "advertisement" } },
  V22: { origin: a, ipv6: advertisement },
  V23: { authentication: { ...authentication, confirmation: 1 }, origin: a, ipv6: advertisement },
};

/** The advertisement of server S1. */
function advertise(destination: Uint8Array, mtu?: number): Uint8Array {
  const prefix = teredoPrefix(ACTORS.s1);
  const parts = { source: SERVER, destination, prefix };
  return encodeRouterAdvertisement(mtu === undefined ? parts : { ...parts, mtu });
}

/** A secure authentication element. */
function sign(ipv6: Uint8Array, origin?: Endpoint): Authentication {
  const { identifier, secret, nonce } = ACTORS;
  const value = authenticationValue(secret, { nonce, confirmation: 0, origin, ipv6 });
  return { identifier, value, nonce, confirmation: 0 };
}

/** The checklist items that a vector proves. */
function items(name: string): string {
  const checksums = ["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V14", "V15", "V22", "V23"];
  return [
    ...(checksums.includes(name) ? ["P-12: "] : []),
    ...(["V8", "V9", "V10", "V11", "V12", "V13", "V16"].includes(name) ? ["P-11: "] : []),
    ...(["V17", "V18", "V19", "V20", "V21"].includes(name) ? ["P-16: "] : []),
  ].join("");
}

for (const { name, purpose, payload } of vectors) {
  Deno.test(`${items(name)}${name} is encoded bit for bit: ${purpose}`, () => {
    const { says, ...parts } = MADE_OF[name]!;
    const trailers = says && encodeTrailers(says);
    assertEquals(encodeTeredoPacket({ ...parts, trailers }).toHex(), payload.toHex());
  });

  Deno.test(`${name} parses into its parts and encodes to the same octets again`, () => {
    const { says, ipv6, authentication, origin } = MADE_OF[name]!;
    const packet = parseTeredoPacket(payload);
    assert(typeof packet === "object");
    assertEquals(packet.authentication?.value.toHex(), authentication?.value.toHex());
    assertEquals(packet.authentication?.confirmation, authentication?.confirmation);
    assertEquals(packet.origin, origin);
    assertEquals(packet.ipv6.toHex(), ipv6.toHex());
    assertEquals(parseTrailers(packet.trailers), says ?? {});
    assertEquals(encodeTeredoPacket(packet).toHex(), payload.toHex());
  });
}

Deno.test("P-12: the checksums of all vectors with ICMPv6 verify", () => {
  const verified = vectors.filter(({ payload }) => {
    const packet = parseTeredoPacket(payload);
    return typeof packet === "object" && isIcmpv6(packet.ipv6) &&
      hasValidIcmpv6Checksum(packet.ipv6);
  });
  assertEquals(
    verified.map((row) => row.name),
    ["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V14", "V15", "V22", "V23"],
  );
});

Deno.test("the fields read here match those of an independent decoder", () => {
  const readers: Record<string, (packet: TeredoPacket) => string> = {
    "auth.client_id": (packet) => packet.authentication!.identifier.toHex(),
    "auth.value": (packet) => packet.authentication!.value.toHex(),
    "auth.nonce": (packet) => packet.authentication!.nonce.toHex(),
    "auth.confirmation": (packet) => digits(packet.authentication!.confirmation, 2),
    "ip6.payload_len": (packet) => digits(payloadLengthOf(packet.ipv6), 4),
    "ip6.next_header": (packet) => digits(nextHeaderOf(packet.ipv6), 2),
    "ip6.hop_limit": (packet) => digits(hopLimitOf(packet.ipv6), 2),
    "ip6.src": (packet) => sourceOf(packet.ipv6).toHex(),
    "ip6.dst": (packet) => destinationOf(packet.ipv6).toHex(),
  };
  for (const row of vectors) {
    const packet = parse(row);
    for (const { name, octets } of row.fields) {
      const reader = readers[name];
      if (reader) assertEquals(reader(packet), octets.toHex(), `${row.name} ${name}`);
    }
  }
});

Deno.test("P-20: the MTU of a Teredo link is 1280, and V4 advertises it", () => {
  assertEquals(TEREDO_MTU, 1280);
  assertEquals(vector("V4").payload.subarray(-8).toHex(), "0501000000000500");
});

function parse(row: PacketVector): TeredoPacket {
  const packet = parseTeredoPacket(row.payload);
  assert(typeof packet === "object", row.name);
  return packet;
}

function digits(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}
