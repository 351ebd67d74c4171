/**
 * What a gateway shows of its use.
 *
 * @module
 */

/** A gateway's state, a snapshot. */
export interface GatewayStatus {
  /** Who has used it, of the last few thousand. */
  readonly accounts: readonly GatewayAccountStatus[];
}

/** The traffic of one account. */
export interface GatewayAccountStatus {
  /** A client identifier in hexadecimal where clients prove a secret, else a mapped IPv4 address. */
  readonly name: string;
  /** Octets carried from its clients. */
  readonly octetsOut: number;
  /** Octets carried to its clients. */
  readonly octetsIn: number;
  /** Since it was last used, in milliseconds. */
  readonly usedAgo: number;
}
