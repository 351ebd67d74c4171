/**
 * What a gateway shows of its use.
 *
 * @module
 */

/** A snapshot of a gateway's state. */
export interface GatewayStatus {
  /** How many accounts there are. */
  readonly accountCount: number;
  /** The traffic of the clients, the most recently used account first. */
  readonly accounts: readonly GatewayAccountStatus[];
}

/** The traffic of one account. */
export interface GatewayAccountStatus {
  /** A mapped IPv4 address, or a client identifier in hexadecimal if clients prove a secret. */
  readonly name: string;
  /** Octets carried from its clients. */
  readonly octetsOut: number;
  /** Octets carried to its clients. */
  readonly octetsIn: number;
  /** Since it was last used, in milliseconds. */
  readonly usedAgo: number;
}
