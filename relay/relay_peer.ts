/**
 * What a relay knows of a client beyond what every role does.
 *
 * @module
 */

import { IssuedNonce } from "../protocol/issued_nonce.ts";
import { Peer } from "../protocol/peer.ts";

/** A peer entry of a relay. */
export class RelayPeer extends Peer {
  /** The nonce of our latest bubble, RFC 6081 §5.2.1. */
  readonly nonceSent = new IssuedNonce();
}
