/**
 * A Teredo datagram, field by field: its payload, or with the IPv4 and UDP headers that carried it.
 *
 * @module
 */

import { AUTHENTICATION_INDICATOR, NONCE_LENGTH } from "../../wire/authentication.ts";
import { isBubble } from "../../wire/bubble.ts";
import { isIcmpv6 } from "../../wire/icmpv6.ts";
import { formatIpv4, ipv4Address } from "../../wire/ipv4_address.ts";
import { IPV6_HEADER_LENGTH, nextHeaderOf, versionOf } from "../../wire/ipv6_header.ts";
import type { Malformed } from "../../wire/malformed.ts";
import {
  checkRouterSolicitation,
  isRouterAdvertisement,
  isRouterSolicitation,
  parseRouterAdvertisement,
} from "../../wire/neighbor_discovery.ts";
import { getU16, getU32 } from "../../memory/octets.ts";
import { ORIGIN_INDICATOR } from "../../wire/origin_indication.ts";
import { parseTeredoPacket, type TeredoPacket } from "../../wire/teredo_packet.ts";
import { parseTrailers } from "../../wire/trailers.ts";
import { type Field, FieldReader } from "./field.ts";
import { icmpv6TypeName } from "./icmpv6.ts";
import { nextHeaderName, readIpv6 } from "./ipv6.ts";
import { readOuterHeaders } from "./outer_headers.ts";
import { readTrailers } from "./trailers.ts";

/** A packet explained. */
export interface PacketExplanation {
  /** What it is, in one line. */
  readonly kind: string;
  /** All its octets, in order. */
  readonly fields: readonly Field[];
  /** Why every Teredo node drops it; `null` if it is well-formed. */
  readonly malformed: Malformed | null;
}

/** Explains a datagram, whole or broken. */
export function explainPacket(octets: Uint8Array): PacketExplanation {
  const reader = new FieldReader(octets);
  const { way, end } = readOuterHeaders(reader);
  const packet = parseTeredoPacket(octets.subarray(reader.offset, end));
  reader.within(end, () => {
    readPayload(reader);
    reader.readTo(end, "unknown", "not part of a Teredo packet");
  });
  reader.readTo(octets.length, "padding", "fills the frame");
  const malformed = typeof packet === "string" ? packet : contentMalformed(packet);
  const kind = typeof packet === "string" ? "Not a whole Teredo packet" : describe(packet);
  return { kind: kind + way, fields: reader.fields, malformed: malformed ?? null };
}

function readPayload(reader: FieldReader): void {
  readElements(reader);
  if (reader.left === 0 || versionOf(reader.bytes.subarray(reader.offset)) !== 6) return;
  const end = readIpv6(reader);
  if (reader.offset === end) readTrailers(reader);
}

/** Authentication element and origin indication, in the only order that is allowed. */
function readElements(reader: FieldReader): void {
  const { bytes } = reader;
  if (reader.left >= 2 && getU16(bytes, reader.offset) === AUTHENTICATION_INDICATOR) {
    if (!readAuthentication(reader)) return;
  }
  if (reader.left >= 2 && getU16(bytes, reader.offset) === ORIGIN_INDICATOR) {
    readOriginIndication(reader);
  }
}

function readAuthentication(reader: FieldReader): boolean {
  const { bytes, offset: start } = reader;
  reader.read("authentication", 2, "an authentication element follows");
  const identifierLength = bytes[start + 2] ?? 0;
  const valueLength = bytes[start + 3] ?? 0;
  const printable = (at: Uint8Array, offset: number) =>
    asText(at.subarray(offset, offset + identifierLength));
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
  reader.read("origin", 2, "an origin indication follows");
  reader.read(
    "origin port",
    2,
    (bytes, offset) => `complemented: ${0xffff ^ getU16(bytes, offset)}`,
  );
  reader.read(
    "origin address",
    4,
    (bytes, offset) => `complemented: ${formatIpv4(ipv4Address(~getU32(bytes, offset)))}`,
  );
}

/** An identifier is opaque, but often text. */
function asText(identifier: Uint8Array): string {
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
