/**
 * A client's own address, and the server that goes with it.
 *
 * @module
 */

import type { Endpoint } from "../wire/endpoint.ts";

/** The client's identity while it is qualified. */
export interface Identity {
  /** The client's Teredo address, 16 octets. */
  readonly address: Uint8Array;
  /** The server that carries connectivity tests. */
  readonly server: Endpoint;
}
