/**
 * Datagrams and packets from choices: whole messages inside, and lies in every layer.
 *
 * @module
 */

import { concatOctets } from "../../memory/octets.ts";
import { authenticationValue, nonceOnly } from "../../wire/authentication.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { writeIcmpv6Checksum } from "../../wire/checksum.ts";
import { addressOf, type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type, isIcmpv6 } from "../../wire/icmpv6.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { isIpv6Packet, NextHeader } from "../../wire/ipv6_header.ts";
import {
  encodeRouterAdvertisement,
  encodeRouterSolicitation,
} from "../../wire/neighbor_discovery.ts";
import {
  CONE_FLAG,
  encodeTeredoAddress,
  encodeTeredoLinkLocal,
  teredoPrefix,
} from "../../wire/teredo_address.ts";
import { encodeTeredoPacket } from "../../wire/teredo_packet.ts";
import { encodeTrailers, type Trailers } from "../../wire/trailers.ts";
import { packet } from "../client/client_fixture.ts";
import { ACTORS, ip6 } from "../vectors/vectors.ts";
import type { Choices } from "./choices.ts";
import { DATAGRAMS } from "./targets/wire.ts";

const SERVER = endpoint(ACTORS.s1, 3544);

/** Where datagrams come from. */
const ENDPOINTS: readonly Endpoint[] = [
  SERVER,
  endpoint(ACTORS.s1Secondary, 3544),
  endpoint(ACTORS.s2, 3544),
  ACTORS.a,
  ACTORS.b,
  ACTORS.relay,
  endpoint(ipv4Address(addressOf(ACTORS.a)), 4097),
];

const ODD_ADDRESSES: readonly Uint8Array[] = [
  "::",
  "::1",
  "fe80::1",
  "ff02::1",
  "ff02::2",
  "3ffe:831f::1",
  "2002:a00:1::1",
  "fe80::8000:ffff:ffff:fffd",
].map(ip6);

/** An endpoint, most often one of those that are known. */
export function endpointFrom(choices: Choices): Endpoint {
  if (!choices.oneIn(5)) return choices.of(ENDPOINTS);
  const first = choices.of([192, 198, 203, 10, 127, 224, 8]);
  const address = ipv4Address((first << 24 | choices.word() << 8 | choices.octet()) >>> 0);
  return endpoint(address, choices.oneIn(8) ? 0 : 1024 + choices.octet());
}

/** An address, most often that of an actor. */
export function addressFrom(choices: Choices): Uint8Array {
  switch (choices.below(8)) {
    case 0:
      return choices.of(ODD_ADDRESSES);
    case 1:
    case 2: {
      const mapping = endpointFrom(choices);
      const server = choices.oneIn(4) ? addressOf(endpointFrom(choices)) : ACTORS.s1;
      return encodeTeredoAddress({ server, flags: choices.word(), mapping });
    }
    case 3:
      return ip6(`2001:db8:${choices.octet().toString(16)}::${choices.below(8) + 1}`);
    default:
      return choices.of([ACTORS.addressOfA, ACTORS.addressOfB, ACTORS.host]);
  }
}

/** An IPv6 packet. */
export function packetFrom(
  choices: Choices,
  source: Uint8Array = addressFrom(choices),
  destination: Uint8Array = addressFrom(choices),
): Uint8Array<ArrayBuffer> {
  switch (choices.below(9)) {
    case 0:
    case 1:
      return encodeBubble(source, destination);
    case 2:
    case 3:
      return encodeEcho({
        type: choices.of([Icmpv6Type.ECHO_REQUEST, Icmpv6Type.ECHO_REPLY]),
        source,
        destination,
        identifier: choices.octet(),
        sequence: choices.octet(),
        data: choices.octets(choices.of([0, 8, 16, 40])),
      });
    case 4:
      return encodeRouterSolicitation(ip6("fe80::ffff:ffff:fffe"));
    case 5:
      return advertisementFrom(choices, destination);
    case 6:
      return routed(source, destination, choices);
    default: {
      const next = choices.of([
        NextHeader.UDP,
        NextHeader.TCP,
        NextHeader.FRAGMENT,
        choices.octet(),
      ]);
      return packet(source, destination, choices.of([8, 20, 100, 1240, 1300]), next);
    }
  }
}

function routed(
  source: Uint8Array,
  destination: Uint8Array,
  choices: Choices,
): Uint8Array<ArrayBuffer> {
  const routed = packet(source, destination, 32, NextHeader.ROUTING);
  routed.set([choices.octet(), choices.below(4), choices.below(3), 1], 40);
  return routed;
}

/** What a server says, more or less. */
export function advertisementFrom(
  choices: Choices,
  destination: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const mtu = choices.of([undefined, 1280, 1400, 0xffff]);
  const mapping = choices.oneIn(6) ? endpointFrom(choices) : SERVER;
  const server = choices.oneIn(6) ? addressOf(endpointFrom(choices)) : ACTORS.s1;
  return encodeRouterAdvertisement({
    source: encodeTeredoLinkLocal(CONE_FLAG, mapping),
    destination,
    prefix: teredoPrefix(server),
    ...(mtu === undefined ? {} : { mtu }),
  });
}

function trailersFrom(choices: Choices): Uint8Array {
  const trailers: Trailers = {
    nonce: choices.oneIn(2) ? 0x01020304 * choices.below(4) : undefined,
    alternateAddresses: choices.oneIn(3) ? [endpointFrom(choices), ACTORS.b] : undefined,
    neighborDiscovery: choices.of([undefined, "solicitation", "advertisement"]),
    randomPort: choices.oneIn(3) ? choices.word() : undefined,
  };
  return encodeTrailers(trailers);
}

/** A datagram: most often whole, with what may stand before and behind the packet. */
export function datagramFrom(choices: Choices): Uint8Array {
  if (choices.oneIn(6)) return spoiled(choices.of(DATAGRAMS).slice(), choices);
  const ipv6 = packetFrom(choices);
  const origin = choices.oneIn(3) ? endpointFrom(choices) : undefined;
  const authentication = choices.oneIn(4) ? authenticationFrom(choices, ipv6, origin) : undefined;
  const datagram = encodeTeredoPacket({ authentication, origin, ipv6 });
  const whole = choices.oneIn(4) ? concatOctets(datagram, trailersFrom(choices)) : datagram;
  return choices.oneIn(8) ? spoiled(whole.slice(), choices) : whole;
}

function authenticationFrom(choices: Choices, ipv6: Uint8Array, origin: Endpoint | undefined) {
  if (choices.oneIn(2)) return nonceOnly(ACTORS.nonce.map((octet) => octet ^ choices.below(2)));
  const { identifier, nonce, secret } = ACTORS;
  const confirmation = choices.below(2);
  const value = authenticationValue(secret, { nonce, confirmation, origin, ipv6 });
  return { identifier, nonce, confirmation, value };
}

/** A few octets changed, or cut; a right checksum often enough that it gets further. */
function spoiled(datagram: Uint8Array, choices: Choices): Uint8Array {
  for (let i = choices.below(4); i >= 0 && datagram.length > 0; i--) {
    datagram[choices.word() % datagram.length] = choices.octet();
  }
  if (choices.oneIn(6)) return datagram.subarray(0, choices.octet());
  const at = datagram[0] === 0x60 ? 0 : -1;
  if (at === 0 && isIpv6Packet(datagram) && isIcmpv6(datagram)) writeIcmpv6Checksum(datagram);
  return datagram;
}
