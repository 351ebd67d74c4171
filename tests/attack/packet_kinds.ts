/**
 * One packet of each kind that an attacker may send, so that somebody else gets the answer: all
 * combinations of what a datagram of Teredo consists of.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import { concatOctets } from "../../memory/octets.ts";
import { encodeAuthentication, NONCE_LENGTH, nonceOnly } from "../../wire/authentication.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, encodeIcmpv6Error, Icmpv6Type } from "../../wire/icmpv6.ts";
import { type Ipv4Address, ipv4Address } from "../../wire/ipv4_address.ts";
import { ALL_ROUTERS, linkLocal } from "../../wire/ipv6_address.ts";
import { NextHeader, writeIpv6Header } from "../../wire/ipv6_header.ts";
import {
  encodeRouterAdvertisement,
  encodeRouterSolicitation,
} from "../../wire/neighbor_discovery.ts";
import { encodeOrigin } from "../../wire/origin_indication.ts";
import { encodeTeredoAddress, teredoPrefix } from "../../wire/teredo_address.ts";
import { type Trailers, withTrailers } from "../../wire/trailers.ts";
import type { PacketKind } from "../sim/packet_kind.ts";

/** Those around an attack. */
export interface Parties {
  readonly server: Ipv4Address;
  /** The Teredo address of the server's client. */
  readonly client: Uint8Array;
  /** Who is to suffer: an IPv4 address. */
  readonly victim: Ipv4Address;
  /** A native host that is to suffer, 16 octets. */
  readonly native: Uint8Array;
}

/** A packet to send. */
export interface Specimen {
  readonly kind: PacketKind;
  /** What it is, for a table. */
  readonly name: string;
  /** Where it pretends to come from. */
  readonly from: Endpoint;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Ports of the victim. */
const PORT = 4096;

type Octets = Uint8Array<ArrayBuffer>;

type Ends = readonly [source: Uint8Array, destination: Uint8Array];

/** How to make the IPv6 packet of each kind; the compiler asks for those that are missing. */
const MAKE: Readonly<Record<PacketKind, (ends: Ends, parties: Parties) => Octets>> = {
  RS: ([source]) => encodeRouterSolicitation(source),
  RA: ([source, destination], { server }) =>
    encodeRouterAdvertisement({ source, destination, prefix: teredoPrefix(server) }),
  bubble: ([source, destination]) => encodeBubble(source, destination),
  "echo request": (ends) => echo(Icmpv6Type.ECHO_REQUEST, ends),
  "echo reply": (ends) => echo(Icmpv6Type.ECHO_REPLY, ends),
  unreachable: (ends) => error(Icmpv6Type.DESTINATION_UNREACHABLE, ends),
  "too big": (ends) => error(Icmpv6Type.PACKET_TOO_BIG, ends),
  data: (ends) => data(NextHeader.UDP, ends),
  garbage: (ends) => data(NextHeader.NONE, ends),
};

const PREFIXES: Readonly<Record<string, (victim: Endpoint) => Uint8Array>> = {
  "": () => new Uint8Array(0),
  "nonce": () => encodeAuthentication(nonceOnly(new Uint8Array(NONCE_LENGTH).fill(7))),
  "origin": (victim) => encodeOrigin(victim),
};

const TRAILERS: Readonly<Record<string, (victim: Endpoint) => Trailers>> = {
  "": () => ({}),
  // A nonce draws lots for a client; there is one of each.
  "even nonce": () => ({ nonce: 2 }),
  "odd nonce": () => ({ nonce: 3 }),
  "alternate addresses": (victim) => ({
    nonce: 3,
    alternateAddresses: [1, 2, 3, 4].map((i) => endpoint(addressOf(victim), PORT + i)),
  }),
  "random port": () => ({ nonce: 3, randomPort: 9999 }),
  "neighbor discovery": () => ({ neighborDiscovery: "solicitation" }),
};

/** Every combination. */
export function* specimens(parties: Parties): Iterable<Specimen> {
  const victim = endpoint(parties.victim, PORT);
  const sources = { ...innerAddresses(parties), "link-local": linkLocal(0xffff, 0xfffffffe) };
  const destinations = {
    ...innerAddresses(parties),
    "the client": parties.client,
    "all routers": ALL_ROUTERS,
  };
  const froms = {
    "the victim": victim,
    "the server": endpoint(parties.server, TEREDO_PORT),
    "the second address": endpoint(ipv4Address(parties.server + 1), TEREDO_PORT),
  };
  for (const kind of Object.keys(MAKE) as PacketKind[]) {
    for (const [source, from6] of Object.entries(sources)) {
      for (const [destination, to6] of Object.entries(destinations)) {
        const ipv6 = MAKE[kind]([from6, to6], parties);
        for (const [prefix, start] of Object.entries(PREFIXES)) {
          for (const [trailer, trailers] of Object.entries(kind === "bubble" ? TRAILERS : PLAIN)) {
            const whole = withTrailers(ipv6, trailers(victim));
            for (const [outer, from] of Object.entries(froms)) {
              yield {
                ...{ kind, from, payload: concatOctets(start(victim), whole) },
                name: words(kind, prefix, trailer, source, destination, outer),
              };
            }
          }
        }
      }
    }
  }
}

const PLAIN = { "": () => ({}) };

/** What addresses in packets may say. */
function innerAddresses({ server, victim, native }: Parties) {
  const mapping = endpoint(victim, PORT);
  return {
    "a client of the server at the victim": encodeTeredoAddress({ server, flags: 0, mapping }),
    "a client at the victim of a server there": encodeTeredoAddress({
      ...{ server: victim, flags: 0, mapping },
    }),
    "a native host": native,
  };
}

function words(
  kind: string,
  prefix: string,
  trailer: string,
  source: string,
  destination: string,
  outer: string,
): string {
  const extras = [prefix, trailer].filter((it) => it !== "").join(" and ");
  const what = extras === "" ? kind : `${kind} with ${extras}`;
  return `${what}, from ${source} to ${destination}, sent by ${outer}`;
}

function echo(type: 128 | 129, [source, destination]: Ends): Octets {
  const data = new Uint8Array(16);
  return encodeEcho({ type, source, destination, identifier: 1, sequence: 1, data });
}

function error(type: number, [source, destination]: Ends): Octets {
  const about = encodeBubble(destination, source);
  const packet = encodeIcmpv6Error({ type, code: 0, source, about });
  return packet;
}

function data(nextHeader: number, [source, destination]: Ends): Octets {
  const payloadLength = 8;
  const packet = new Uint8Array(40 + payloadLength);
  writeIpv6Header(packet, { payloadLength, nextHeader, hopLimit: 64, source, destination });
  return packet;
}

function addressOf(at: Endpoint): Ipv4Address {
  return ipv4Address(Math.floor(at / 0x1_0000));
}
