/**
 * The answer to a Router Solicitation, ready to send.
 *
 *     [authentication] | origin indication (8) | Router Advertisement (96 or 104)
 *                      ^ fixed
 *
 * All Router Advertisements of a server are the same except for destination and checksum, so the
 * buffer keeps one and writes those two into it for each client. The authentication element grows
 * towards the front, where there is room for the longest.
 *
 * @module
 */

import { AUTHENTICATION_INDICATOR, NONCE_LENGTH } from "../wire/authentication.ts";
import { addToSum, foldSum } from "../wire/checksum.ts";
import { type Endpoint, endpoint } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { IPV6_ADDRESS_LENGTH } from "../wire/ipv6_address.ts";
import { DESTINATION, IPV6_HEADER_LENGTH, SOURCE } from "../wire/ipv6_header.ts";
import { encodeRouterAdvertisement } from "../wire/neighbor_discovery.ts";
import { getU16, setU16, setU32 } from "../memory/octets.ts";
import { ORIGIN_LENGTH, writeOrigin } from "../wire/origin_indication.ts";
import { CONE_FLAG, encodeTeredoLinkLocal, teredoPrefix } from "../wire/teredo_address.ts";
import { KEY_VALID } from "./credentials.ts";

/** Identifier and value of 255 octets each with 13 around them, rounded up. */
const ORIGIN = 528;
const ADVERTISEMENT = ORIGIN + ORIGIN_LENGTH;
const CHECKSUM = IPV6_HEADER_LENGTH + 2;

/**
 * An authentication element with neither identifier nor value: 00 01 00 00, nonce, confirmation.
 */
const NONCE_ELEMENT_LENGTH = 4 + NONCE_LENGTH + 1;
const NONCE_ELEMENT_START = AUTHENTICATION_INDICATOR << 16;

/** Writes one answer at a time; each is valid until the next. */
export class AdvertisementBuffer {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  /** The Router Advertisement, a view. */
  readonly #packet: Uint8Array;
  /** The sum of the advertisement with destination :: and no checksum. */
  readonly #sum: number;
  /** The answers of the two lengths that a server without secrets sends, views. */
  readonly #answer: Uint8Array;
  readonly #answerWithNonce: Uint8Array;

  /**
   * Source and prefix derive from the primary address, whichever socket answers: the client's
   * address must not depend on that (RFC 4380 §5.2.1).
   */
  constructor(primary: Ipv4Address, port: number, mtu: number | undefined) {
    const template = encodeRouterAdvertisement({
      source: encodeTeredoLinkLocal(CONE_FLAG, endpoint(primary, port)),
      destination: new Uint8Array(IPV6_ADDRESS_LENGTH),
      prefix: teredoPrefix(primary),
      ...(mtu === undefined ? {} : { mtu }),
    });
    this.#sum = ~getU16(template, CHECKSUM) & 0xffff;
    this.#bytes = new Uint8Array(ADVERTISEMENT + template.length);
    this.#bytes.set(template, ADVERTISEMENT);
    this.#packet = this.#bytes.subarray(ADVERTISEMENT);
    this.#answer = this.#bytes.subarray(ORIGIN);
    this.#answerWithNonce = this.#bytes.subarray(ORIGIN - NONCE_ELEMENT_LENGTH);
  }

  /** The Router Advertisement of the last {@linkcode write}, without what precedes it. */
  get advertisement(): Uint8Array {
    return this.#packet;
  }

  /**
   * Writes the answer to a solicitation that came from `origin`; it has no authentication element.
   *
   * @param bytes holds the solicitation, an IPv6 packet, from `offset` on
   */
  write(bytes: Uint8Array, offset: number, origin: Endpoint): Uint8Array {
    const packet = this.#packet;
    const source = offset + SOURCE;
    for (let i = 0; i < IPV6_ADDRESS_LENGTH; i++) packet[DESTINATION + i] = bytes[source + i]!;
    setU16(packet, CHECKSUM, ~foldSum(addToSum(packet, DESTINATION, 16, this.#sum)));
    writeOrigin(this.#bytes, ORIGIN, origin);
    return this.#answer;
  }

  /**
   * Puts an authentication element with only a nonce before the last answer. If the client believes
   * that this server is a secure one, its identifier and value are left out: what was not verified
   * must not look as if it had been.
   *
   * @param bytes holds the nonce from `offset` on
   */
  prependNonce(bytes: Uint8Array, offset: number): Uint8Array {
    const answer = this.#answerWithNonce;
    setU32(answer, 0, NONCE_ELEMENT_START);
    for (let i = 0; i < NONCE_LENGTH; i++) answer[4 + i] = bytes[offset + i]!;
    answer[4 + NONCE_LENGTH] = KEY_VALID;
    return answer;
  }

  /** Puts an authentication element before the last answer. */
  prepend(element: Uint8Array): Uint8Array {
    const start = ORIGIN - element.length;
    this.#bytes.set(element, start);
    return this.#bytes.subarray(start);
  }
}
