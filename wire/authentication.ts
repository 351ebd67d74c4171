/**
 * The authentication element, RFC 4380 §5.1.1 and §5.2.2.
 *
 *     0  00 01      2  ID-len (1)      3  AU-len (1)      4  client identifier (ID-len)
 *     .  authentication value (AU-len)      .  nonce (8)      .  confirmation (1)
 *
 * @module
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import type { Endpoint } from "./endpoint.ts";
import type { Malformed } from "./malformed.ts";
import { NO_OCTETS, setU16, viewOf } from "../memory/octets.ts";
import { encodeOrigin } from "./origin_indication.ts";

/** The two octets that an authentication element starts with. */
export const AUTHENTICATION_INDICATOR = 0x0001;

/** Length of the nonce in octets. */
export const NONCE_LENGTH = 8;

/** Length of an HMAC-SHA1 authentication value in octets. */
export const HMAC_LENGTH = 20;

const ID_LENGTH = 2;
const AU_LENGTH = 3;
const IDENTIFIER = 4;
const FIXED_LENGTH = IDENTIFIER + NONCE_LENGTH + 1;

/** An authentication element; its arrays are views into the datagram when it was parsed. */
export interface Authentication {
  /** The client identifier, 0 to 255 octets, opaque. */
  readonly identifier: Uint8Array;
  /** The authentication value, 0 to 255 octets; 20 for HMAC-SHA1. */
  readonly value: Uint8Array;
  /** Eight octets, chosen by the client, echoed by the server. */
  readonly nonce: Uint8Array;
  /** 0 from a client; from a server 0 says that the key is valid. */
  readonly confirmation: number;
}

/** An element that protects by its nonce alone: 13 octets. */
export function nonceOnly(nonce: Uint8Array): Authentication {
  return { identifier: NO_OCTETS, value: NO_OCTETS, nonce, confirmation: 0 };
}

/** Reads the element that starts a datagram; its indicator has been seen. */
export function parseAuthentication(datagram: Uint8Array): Authentication | Malformed {
  if (datagram.length < FIXED_LENGTH) return "authentication_truncated";
  const value = IDENTIFIER + datagram[ID_LENGTH]!;
  const nonce = value + datagram[AU_LENGTH]!;
  const confirmation = nonce + NONCE_LENGTH;
  if (confirmation >= datagram.length) return "authentication_truncated";
  return {
    identifier: viewOf(datagram, IDENTIFIER, value),
    value: viewOf(datagram, value, nonce),
    nonce: datagram.subarray(nonce, confirmation),
    confirmation: datagram[confirmation]!,
  };
}

/** Length of an element in octets. */
export function authenticationLength(element: Authentication): number {
  return FIXED_LENGTH + element.identifier.length + element.value.length;
}

/**
 * An authentication element as octets.
 *
 * @throws {RangeError} where identifier or value exceed 255 octets, or the nonce is not of eight
 */
export function encodeAuthentication(element: Authentication): Uint8Array<ArrayBuffer> {
  const { identifier, value, nonce, confirmation } = element;
  if (identifier.length > 255 || value.length > 255 || nonce.length !== NONCE_LENGTH) {
    throw new RangeError(
      `Cannot encode an authentication element with an identifier of ${identifier.length}, ` +
        `a value of ${value.length} and a nonce of ${nonce.length} octets: ` +
        `it takes up to 255, up to 255 and ${NONCE_LENGTH}`,
    );
  }
  const bytes = new Uint8Array(authenticationLength(element));
  setU16(bytes, 0, AUTHENTICATION_INDICATOR);
  bytes[ID_LENGTH] = identifier.length;
  bytes[AU_LENGTH] = value.length;
  bytes.set(identifier, IDENTIFIER);
  bytes.set(value, IDENTIFIER + identifier.length);
  bytes.set(nonce, IDENTIFIER + identifier.length + value.length);
  bytes[bytes.length - 1] = confirmation;
  return bytes;
}

/** What an authentication value covers, RFC 4380 §5.2.2. */
export interface AuthenticatedContent {
  readonly nonce: Uint8Array;
  readonly confirmation: number;
  /** The origin indication that is sent along, if any. */
  readonly origin: Endpoint | undefined;
  readonly ipv6: Uint8Array;
}

/**
 * The HMAC-SHA1 over nonce, confirmation, origin indication and IPv6 packet; 20 octets.
 *
 * §7.2.1 of the RFC speaks of MD5; §5.2.2, which is normative, of SHA1.
 */
export function authenticationValue(
  secret: Uint8Array,
  content: AuthenticatedContent,
): Uint8Array {
  const hmac = createHmac("sha1", secret);
  hmac.update(content.nonce).update(Uint8Array.of(content.confirmation));
  if (content.origin !== undefined) hmac.update(encodeOrigin(content.origin));
  return Uint8Array.from(hmac.update(content.ipv6).digest());
}

/** Whether `value` authenticates `content`, compared in constant time. */
export function isAuthentic(
  value: Uint8Array,
  secret: Uint8Array,
  content: AuthenticatedContent,
): boolean {
  return value.length === HMAC_LENGTH &&
    timingSafeEqual(value, authenticationValue(secret, content));
}
