/**
 * Which Router Advertisements a client believes, RFC 4380 §5.2.1 and §5.2.2, RFC 4861 §6.1.2.
 *
 * @module
 */

import { TEREDO_MTU, TEREDO_PORT } from "../../protocol/constants.ts";
import type { DropReason } from "../../protocol/drop_reason.ts";
import { isAuthentic } from "../../wire/authentication.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION } from "../../wire/ipv6_header.ts";
import { parseRouterAdvertisement } from "../../wire/neighbor_discovery.ts";
import { equalArrays } from "../../memory/octets.ts";
import { isTeredo, serverOf } from "../../wire/teredo_address.ts";
import type { TeredoPacket } from "../../wire/teredo_packet.ts";
import type { ClientCredentials } from "../client_config.ts";
import type { Solicitation } from "./solicitation.ts";

/** The content of an accepted advertisement. */
export interface Advertisement {
  /** The client's mapped address and port, from the origin indication. */
  readonly mapping: Endpoint;
  /** The MTU of the link in octets, if the server names one. */
  readonly mtu: number | undefined;
  /** The server accepts the key but asks for another (§5.2.2): the rest must not be used. */
  readonly newKeyNeeded: boolean;
}

/** What an advertisement must match. */
interface Expectation {
  readonly solicitation: Solicitation;
  /**
   * The address that must answer if not the one asked: the cone bit asks for the server's other
   * one.
   */
  readonly sender?: Endpoint | undefined;
  /** The primary address of the server, which the prefix must name. */
  readonly primary: Ipv4Address;
  readonly globalUnicast: GlobalUnicast;
  readonly credentials: ClientCredentials | undefined;
}

/** The largest MTU that an advertisement may name. */
const MAX_MTU = 65_535;

/** Accepts an advertisement that came from `from`, or says why not. */
export function acceptAdvertisement(
  packet: TeredoPacket,
  from: Endpoint,
  expectation: Expectation,
): Advertisement | DropReason {
  const { solicitation, primary, globalUnicast, credentials } = expectation;
  const { authentication, origin, ipv6 } = packet;
  if (from !== (expectation.sender ?? solicitation.target)) return "advertisement_unexpected";
  // Every solicitation carries a nonce, so something without one is not an answer to it.
  if (authentication === undefined || !solicitation.hasNonce(authentication.nonce)) {
    return "nonce_mismatch";
  }
  if (credentials !== undefined) {
    const { identifier, value, nonce, confirmation } = authentication;
    if (!equalArrays(identifier, credentials.identifier)) return "authentication_failed";
    const content = { nonce, confirmation, origin, ipv6 };
    if (!isAuthentic(value, credentials.secret, content)) return "authentication_failed";
  }
  if (origin === undefined) return "origin_missing";
  if (portOf(origin) === 0 || !globalUnicast.has(addressOf(origin))) return "origin_not_global";
  // At the server's own socket, everything for us would go to the server.
  if (origin === from || origin === endpoint(primary, TEREDO_PORT)) return "loop";
  if (!isSameIpv6(ipv6, DESTINATION, solicitation.source)) return "advertisement_unexpected";
  const advertisement = parseRouterAdvertisement(ipv6);
  if (typeof advertisement === "string") return advertisement;
  const [information, ...more] = advertisement.prefixes;
  if (information === undefined || more.length > 0 || information.length !== 64) {
    return "prefix_invalid";
  }
  // Bits behind the /64 are ignored: Microsoft's servers left garbage there.
  if (!isTeredo(information.prefix) || serverOf(information.prefix) !== primary) {
    return "prefix_invalid";
  }
  const { mtu } = advertisement;
  if (mtu !== undefined && (mtu < TEREDO_MTU || mtu > MAX_MTU)) return "mtu_invalid";
  return { mapping: origin, mtu, newKeyNeeded: authentication.confirmation !== 0 };
}
