/**
 * What a relay knows of a client, in addition to what every role knows of a peer.
 *
 * @module
 */

import { TCP_FLOW_VALIDITY } from "../protocol/constants.ts";
import { Peer } from "../protocol/peers/peer.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { GatewayAccount } from "./gateway_accounts.ts";

/** A peer entry of a relay. */
export class RelayPeer extends Peer {
  /**
   * Octets of bubbles that packets for the client have paid for. A whole number is part of the
   * entry; any other would take its own memory.
   */
  credit = 0;
  /** Whether the client's own packets pay for the search that is under way. */
  paysForSearch = false;
  /** What its use of the gateway counts for, if it uses it and has proved where it is. */
  account: GatewayAccount | undefined;
  /** When its access must be checked again; a whole number, see {@linkcode RelayPeer.credit}. */
  checkAt = 0;
  /** Whether the client has sent something through the gateway, so that answers may come back. */
  hasBegun = false;
  /**
   * Whether packets from this host's own address went to the client, because another client calls
   * it.
   */
  isCalled = false;
  /**
   * Whether to ask the client for a proof that it is at its mapping: it was found by a packet that
   * seemed to come from where its address says, and anyone can send that.
   */
  isDoubtful = false;
  /**
   * When a bubble may ask the client to prove where it is; a whole number, see
   * {@linkcode RelayPeer.credit}.
   */
  askAt = 0;
  /** Whether a TCP connection of the client went through the gateway: one may rest for hours. */
  hasConnected = false;

  override isNeeded(now: number): boolean {
    return this.hasConnected && this.silentFor(now) < TCP_FLOW_VALIDITY;
  }

  /** Whether the client has proved that it is at `from`, and is trusted there. */
  isAt(from: Endpoint): boolean {
    return this.isTrusted && this.mapping === from;
  }
}
