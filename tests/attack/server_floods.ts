/**
 * What attackers send to a server.
 *
 * @module
 */

import { encodeAuthentication, NONCE_LENGTH, nonceOnly } from "../../wire/authentication.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { type Ipv4Address, ipv4Address } from "../../wire/ipv4_address.ts";
import { linkLocal } from "../../wire/ipv6_address.ts";
import { encodeRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { encodeOrigin } from "../../wire/origin_indication.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { concatOctets } from "../../memory/octets.ts";
import type { FloodPlan } from "./flood.ts";
import {
  forge,
  fromEverywhere,
  innerSourceMatches,
  RANDOM_PORT,
  RANDOM_SOURCE,
  randomPayload,
} from "./forged_packets.ts";

/** What an attacker knows. */
export interface Surroundings {
  readonly server: Endpoint;
  /** The address of a NAT with honest clients. */
  readonly nat: Ipv4Address;
  /** The endpoint of a client of the server. */
  readonly client: Endpoint;
  /** The endpoints of clients that are about to qualify. */
  readonly others: readonly Endpoint[];
  /** A native IPv6 host, 16 octets. */
  readonly native: Uint8Array;
}

/** What each solicitation of the attacker is. */
const SOLICITATION = concatOctets(
  encodeAuthentication(nonceOnly(new Uint8Array(NONCE_LENGTH))),
  encodeRouterSolicitation(linkLocal(0xffff, 0xfffffffe)),
);

/** Where its nonce is. */
const NONCE = 4;

const RANDOM_NONCE = randomPayload(NONCE, NONCE_LENGTH);

/** The Teredo address of what is at `mapping`. */
function addressAt(mapping: Endpoint, { server }: Surroundings): Uint8Array<ArrayBuffer> {
  const primary = ipv4Address(Math.floor(server / 0x1_0000));
  return encodeTeredoAddress({ server: primary, flags: 0, mapping });
}

/** Echo requests that differ in their source, because the checksum covers it. */
const ECHOES = 4096;

/** The floods, by what a table calls them. */
export const SERVER_FLOODS = {
  "solicitations from random addresses": (it) => ({
    packets: fromEverywhere(it.server, () => SOLICITATION),
    changes: [...RANDOM_SOURCE, RANDOM_NONCE],
  }),
  "solicitations from random ports of one address": (it) => ({
    packets: [forge(endpoint(it.nat, 1024), it.server, SOLICITATION)],
    changes: [RANDOM_PORT, RANDOM_NONCE],
  }),
  "solicitations in the clients' own names": (it) => ({
    packets: it.others.map((client) => forge(client, it.server, SOLICITATION)),
    changes: [RANDOM_NONCE],
  }),
  "bubbles to one client": (it) => ({
    packets: fromEverywhere(
      it.server,
      (from) => encodeBubble(addressAt(from, it), addressAt(it.client, it)),
    ),
    changes: [...RANDOM_SOURCE, ...innerSourceMatches()],
  }),
  "bubbles to made-up clients": (it) => ({
    packets: fromEverywhere(
      it.server,
      (from) => encodeBubble(addressAt(from, it), addressAt(from, it)),
    ),
    // Port and address of the destination, all but the first octet.
    changes: [
      ...RANDOM_SOURCE,
      ...innerSourceMatches(),
      randomPayload(24 + 10, 2),
      randomPayload(24 + 13, 3),
    ],
  }),
  "echoes to one native host": (it) => ({
    packets: Array.from({ length: ECHOES }, (_, i) => {
      const from = endpoint(ipv4Address((20 + i % 50) * 2 ** 24 + i), 1024 + i);
      return forge(from, it.server, echoFrom(from, it));
    }),
  }),
  "garbage": (it) => ({
    packets: fromEverywhere(it.server, () => new Uint8Array(61)),
    changes: [...RANDOM_SOURCE, randomPayload(0, 61)],
  }),
  "truncated packets": (it) => ({
    packets: fromEverywhere(
      it.server,
      (_, i) => SOLICITATION.subarray(0, SOLICITATION.length - 1 - i),
    ),
    changes: RANDOM_SOURCE,
  }),
  "origin indications": (it) => ({
    packets: fromEverywhere(it.server, (from) =>
      concatOctets(
        encodeOrigin(from),
        encodeBubble(addressAt(from, it), addressAt(it.client, it)),
      )),
    changes: [...RANDOM_SOURCE, ...innerSourceMatches(8)],
  }),
} as const satisfies Record<string, (it: Surroundings) => FloodPlan>;

/** One of them. */
export type ServerFlood = keyof typeof SERVER_FLOODS;

function echoFrom(from: Endpoint, it: Surroundings): Uint8Array {
  return encodeEcho({
    type: Icmpv6Type.ECHO_REQUEST,
    source: addressAt(from, it),
    destination: it.native,
    identifier: 1,
    sequence: 1,
    data: new Uint8Array(16),
  });
}
