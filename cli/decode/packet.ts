/**
 * The payload of a Teredo datagram, field by field.
 *
 * @module
 */

import { AUTHENTICATION_INDICATOR, NONCE_LENGTH } from "../../wire/authentication.ts";
import { isBubble } from "../../wire/bubble.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { isIcmpv6 } from "../../wire/icmpv6.ts";
import { IPV6_HEADER_LENGTH, nextHeaderOf, versionOf } from "../../wire/ipv6_header.ts";
import type { Malformed } from "../../wire/malformed.ts";
import {
  checkRouterSolicitation,
  isRouterAdvertisement,
  isRouterSolicitation,
  parseRouterAdvertisement,
} from "../../wire/neighbor_discovery.ts";
import { getU16 } from "../../wire/octets.ts";
import { ORIGIN_INDICATOR, ORIGIN_LENGTH, readOrigin } from "../../wire/origin_indication.ts";
import { parseTeredoPacket, type TeredoPacket } from "../../wire/teredo_packet.ts";
import { parseTrailers } from "../../wire/trailers.ts";
import { type Field, FieldReader } from "./field.ts";
import { icmpv6TypeName } from "./icmpv6.ts";
import { nextHeaderName, readIpv6 } from "./ipv6.ts";
import { readTrailers } from "./trailers.ts";

/** A packet explained. */
export interface PacketExplanation {
  /** What it is, in one line. */
  readonly kind: string;
  /** All of its octets, in their order. */
  readonly fields: readonly Field[];
  /** Why every Teredo node drops it, if so. */
  readonly malformed: Malformed | null;
}

/** Explains the payload of a datagram, whole or broken. */
export function explainPacket(datagram: Uint8Array): PacketExplanation {
  const reader = new FieldReader(datagram);
  const packet = parseTeredoPacket(datagram);
  readElements(reader);
  if (reader.left > 0 && versionOf(datagram.subarray(reader.offset)) === 6) {
    const end = readIpv6(reader);
    if (reader.offset === end) readTrailers(reader);
  }
  reader.readTo(datagram.length, "unknown", "no part of a Teredo packet");
  const malformed = typeof packet === "string" ? packet : contentMalformed(packet);
  const kind = typeof packet === "string" ? "Not a whole Teredo packet" : describe(packet);
  return { kind, fields: reader.fields, malformed: malformed ?? null };
}

/** Authentication element and origin indication, in the only order that there is. */
function readElements(reader: FieldReader): void {
  const { bytes } = reader;
  if (reader.left >= 2 && getU16(bytes, 0) === AUTHENTICATION_INDICATOR) {
    if (!readAuthentication(reader)) return;
  }
  if (reader.left >= 2 && getU16(bytes, reader.offset) === ORIGIN_INDICATOR) {
    readOriginIndication(reader);
  }
}

function readAuthentication(reader: FieldReader): boolean {
  const { bytes } = reader;
  reader.read("authentication", 2, "an authentication element follows");
  const identifierLength = bytes[2] ?? 0;
  const valueLength = bytes[3] ?? 0;
  return reader.read("identifier length", 1, `${identifierLength}`) &&
    reader.read("authentication length", 1, `${valueLength}`) &&
    reader.read("client identifier", identifierLength, printable) &&
    reader.read("authentication value", valueLength, "HMAC-SHA1 with the client's secret") &&
    reader.read("nonce", NONCE_LENGTH, "chosen by the client, repeated by the server") &&
    reader.read(
      "confirmation",
      1,
      (at, offset) =>
        at[offset] === 0 ? "0: from a client, or the key is valid" : "the client needs a new key",
    );
}

function readOriginIndication(reader: FieldReader): void {
  const { bytes, offset } = reader;
  const isWhole = reader.left >= ORIGIN_LENGTH;
  const origin = isWhole ? formatEndpoint(readOrigin(bytes, offset)) : "";
  const [address, port] = origin.split(":");
  reader.read("origin", 2, "an origin indication follows");
  reader.read("origin port", 2, `complemented: ${port}`);
  reader.read("origin address", 4, `complemented: ${address}`);
}

/** An identifier is opaque, but often text. */
function printable(bytes: Uint8Array, offset: number): string {
  const identifier = bytes.subarray(offset, offset + bytes[2]!);
  const isText = identifier.every((octet) => octet >= 0x20 && octet < 0x7f);
  return isText ? `"${String.fromCharCode(...identifier)}"` : "";
}

function contentMalformed({ ipv6, trailers }: TeredoPacket): Malformed | undefined {
  if (isRouterSolicitation(ipv6)) {
    const reason = checkRouterSolicitation(ipv6);
    if (reason !== undefined) return reason;
  }
  if (isRouterAdvertisement(ipv6)) {
    const advertisement = parseRouterAdvertisement(ipv6);
    if (typeof advertisement === "string") return advertisement;
  }
  const parsed = parseTrailers(trailers);
  return typeof parsed === "string" ? parsed : undefined;
}

/** "Router Advertisement, with authentication and origin indication". */
function describe({ authentication, origin, ipv6, trailers }: TeredoPacket): string {
  const extras = [
    ...authentication === undefined ? [] : [
      authentication.value.length === 0 ? "a nonce" : "authentication",
    ],
    ...origin === undefined ? [] : ["an origin indication"],
    ...trailers.length === 0 ? [] : ["trailers"],
  ];
  const kind = kindOf(ipv6);
  return extras.length === 0 ? kind : `${kind}, with ${extras.join(" and ")}`;
}

function kindOf(ipv6: Uint8Array): string {
  if (isBubble(ipv6)) return "Bubble";
  if (isIcmpv6(ipv6)) return `ICMPv6 ${icmpv6TypeName(ipv6[IPV6_HEADER_LENGTH]!)}`;
  return `IPv6 packet of ${nextHeaderName(nextHeaderOf(ipv6))}`;
}
