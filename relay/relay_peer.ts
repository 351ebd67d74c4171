/**
 * What a relay knows of a client, in addition to what every role knows of a peer.
 *
 * @module
 */

import { Peer } from "../protocol/peer.ts";
import { type Random, randomBytes } from "../protocol/random.ts";
import { isBubble } from "../wire/bubble.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { isSameIpv6, linkLocal } from "../wire/ipv6_address.ts";
import { DESTINATION } from "../wire/ipv6_header.ts";
import { getU32 } from "../memory/octets.ts";
import type { GatewayAccount } from "./gateway_accounts.ts";

/** How a client that has proved where it is uses the gateway. */
interface GatewayUse {
  readonly account: GatewayAccount;
  /** When its access must be checked again. */
  readonly checkAt: number;
}

/** A peer entry of a relay. */
export class RelayPeer extends Peer {
  /** How the client uses the gateway, if it does. */
  use: GatewayUse | undefined;
  /** Whether the client has sent something through the gateway, so that answers may come back. */
  hasBegun = false;
  /**
   * Whether packets from this host's own address went to the client, because another client calls
   * it.
   */
  isCalled = false;
  #bubbleSource: Uint8Array | undefined;

  /**
   * The source of bubbles to this client: link-local, and known only to a receiver of such a
   * bubble.
   */
  bubbleSource(random: Random): Uint8Array {
    return this.#bubbleSource ??= randomLinkLocal(random);
  }

  /**
   * Whether the client is at `from` although its address says otherwise, RFC 6081 §5.2.4.4: it
   * proves that once, with the nonce of our bubble, and is trusted there from then on.
   */
  isAt(from: Endpoint, ipv6: Uint8Array, nonce: number | undefined, now: number): boolean {
    if (this.isTrusted && this.mapping === from) return true;
    return isBubble(ipv6) && this.isProvedBy(nonce, now);
  }

  /**
   * Whether a packet shows that its sender receives what is sent to `from`: the client has been
   * there before, or the packet answers our bubble.
   */
  isProofOf(from: Endpoint, ipv6: Uint8Array, nonce: number | undefined, now: number): boolean {
    if (this.mapping === from) return true;
    return isBubble(ipv6) && (this.#isAnsweredBy(ipv6) || this.isProvedBy(nonce, now));
  }

  #isAnsweredBy(bubble: Uint8Array): boolean {
    const source = this.#bubbleSource;
    return source !== undefined && isSameIpv6(bubble, DESTINATION, source);
  }
}

/** An address of fe80::/64 with a random interface identifier. */
export function randomLinkLocal(random: Random): Uint8Array {
  const identifier = randomBytes(random, 8);
  return linkLocal(getU32(identifier, 0), getU32(identifier, 4));
}
