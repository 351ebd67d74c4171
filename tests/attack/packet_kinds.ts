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
interface Specimen {
  /** Where it pretends to come from. */
  readonly from: Endpoint;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** How to make a packet. */
export interface Recipe {
  readonly kind: AttackKind;
  /** What it is, for a table. */
  readonly name: string;
  make(parties: Parties): Specimen;
}

/** Ports of the victim. */
const PORT = 4096;

/** What a packet is; one that begins a TCP connection is told from other data. */
export type AttackKind = PacketKind | "TCP";

type Octets = Uint8Array<ArrayBuffer>;

type Ends = readonly [source: Uint8Array, destination: Uint8Array];

/** How to make the IPv6 packet of each kind; the compiler asks for those that are missing. */
const MAKE: Readonly<Record<AttackKind, (ends: Ends, parties: Parties) => Octets>> = {
  RS: ([source]) => encodeRouterSolicitation(source),
  RA: ([source, destination], { server }) =>
    encodeRouterAdvertisement({ source, destination, prefix: teredoPrefix(server) }),
  bubble: ([source, destination]) => encodeBubble(source, destination),
  "echo request": (ends) => echo(Icmpv6Type.ECHO_REQUEST, ends),
  "echo reply": (ends) => echo(Icmpv6Type.ECHO_REPLY, ends),
  unreachable: (ends) => error(Icmpv6Type.DESTINATION_UNREACHABLE, ends),
  "too big": (ends) => error(Icmpv6Type.PACKET_TOO_BIG, ends),
  data: (ends) => data(NextHeader.UDP, ends),
  TCP: (ends) => data(NextHeader.TCP, ends, 20),
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

/** What addresses in packets may say. */
const INNER: Readonly<Record<string, (parties: Parties) => Uint8Array>> = {
  "a client of the server at the victim": ({ server, victim }) =>
    encodeTeredoAddress({ server, flags: 0, mapping: endpoint(victim, PORT) }),
  "a client at the victim of a server there": ({ victim }) =>
    encodeTeredoAddress({ server: victim, flags: 0, mapping: endpoint(victim, PORT) }),
  "a native host": ({ native }) => native,
};

const SOURCES: typeof INNER = { ...INNER, "link-local": () => linkLocal(0xffff, 0xfffffffe) };

const DESTINATIONS: typeof INNER = {
  ...INNER,
  // Not at the port of the one that may be the source: nobody sends to itself.
  "a client at the victim of a server there": ({ victim }) =>
    encodeTeredoAddress({ server: victim, flags: 0, mapping: endpoint(victim, PORT + 10) }),
  "the client": ({ client }) => client,
  "all routers": () => ALL_ROUTERS,
};

/** Where packets pretend to come from. */
const OUTER: Readonly<Record<string, (parties: Parties) => Endpoint>> = {
  "the victim": ({ victim }) => endpoint(victim, PORT),
  "the server": ({ server }) => endpoint(server, TEREDO_PORT),
  "the second address": ({ server }) => endpoint(ipv4Address(server + 1), TEREDO_PORT),
};

const NO_TRAILERS: typeof TRAILERS = { "": () => ({}) };

/** Every combination. */
export function recipes(): Recipe[] {
  return (Object.keys(MAKE) as AttackKind[]).flatMap((kind) =>
    combinations(
      ...[SOURCES, DESTINATIONS, PREFIXES, kind === "bubble" ? TRAILERS : NO_TRAILERS, OUTER]
        .map((it) => Object.keys(it)),
    ).map(([source, destination, prefix, trailer, outer]) => ({
      kind,
      name: words(kind, prefix!, trailer!, source!, destination!, outer!),
      make(parties: Parties): Specimen {
        const victim = endpoint(parties.victim, PORT);
        const ends = [
          SOURCES[source!]!(parties),
          DESTINATIONS[destination!]!(parties),
        ] as const;
        const whole = withTrailers(MAKE[kind](ends, parties), TRAILERS[trailer!]!(victim));
        return {
          from: OUTER[outer!]!(parties),
          payload: concatOctets(PREFIXES[prefix!]!(victim), whole),
        };
      },
    }))
  );
}

/** All ways to take one of each list. */
function combinations(...lists: readonly (readonly string[])[]): string[][] {
  const [first, ...rest] = lists;
  if (first === undefined) return [[]];
  const others = combinations(...rest);
  return first.flatMap((one) => others.map((other) => [one, ...other]));
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

function data(nextHeader: number, [source, destination]: Ends, payloadLength = 8): Octets {
  const packet = new Uint8Array(40 + payloadLength);
  writeIpv6Header(packet, { payloadLength, nextHeader, hopLimit: 64, source, destination });
  return packet;
}

function addressOf(at: Endpoint): Ipv4Address {
  return ipv4Address(Math.floor(at / 0x1_0000));
}
