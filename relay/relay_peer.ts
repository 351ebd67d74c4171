/**
 * What a relay knows of a client, in addition to what every role knows of a peer.
 *
 * @module
 */

import { Peer } from "../protocol/peers/peer.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { GatewayAccount } from "./gateway_accounts.ts";

/** How a client that has proved where it is uses the gateway. */
interface GatewayUse {
  readonly account: GatewayAccount;
  /** When its access must be checked again. */
  readonly checkAt: number;
}

/** A peer entry of a relay. */
export class RelayPeer extends Peer {
  /** Octets of bubbles that packets for the client have paid for. */
  credit = 0;
  /** How the client uses the gateway, if it does. */
  use: GatewayUse | undefined;
  /** Whether the client has sent something through the gateway, so that answers may come back. */
  hasBegun = false;
  /**
   * Whether packets from this host's own address went to the client, because another client calls
   * it.
   */
  isCalled = false;

  /** Whether the client has proved that it is at `from`, and is trusted there. */
  isAt(from: Endpoint): boolean {
    return this.isTrusted && this.mapping === from;
  }
}
