/**
 * What a server is told.
 *
 * @module
 */

import { TEREDO_MTU, TEREDO_PORT } from "../protocol/constants.ts";
import type { ProvedEndpoints } from "../protocol/proved_endpoints.ts";
import type { Random } from "../protocol/random.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { SecretStore } from "./secret_store.ts";
import { SERVER_LIMITS, type ServerLimits } from "./server_limits.ts";

/** The sockets of a server, one on each of its two addresses. */
export type ServerSocket = "primary" | "secondary";

/** A server's configuration. */
export interface ServerConfig {
  /** The address that names the server: its clients carry it in their IPv6 addresses. */
  readonly primary: Ipv4Address;
  /**
   * The second address that RFC 4380 §5.3 asks for. Without it, clients that predate RFC 5991 and
   * solicit with the cone bit are not answered, some do not qualify, and none can detect symmetric
   * NATs.
   */
  readonly secondary?: Ipv4Address | undefined;
  /** The UDP port of both sockets. */
  readonly port?: number | undefined;
  /** Where packets may come from and go to. */
  readonly globalUnicast: GlobalUnicast;
  /** Cryptographically secure in production: nobody may know how the limits share their memory. */
  readonly random: Random;
  /** The other IPv4 addresses of this host, against routing loops. */
  readonly ownAddresses?: readonly Ipv4Address[] | undefined;
  /** The MTU to advertise in octets; `"omit"` sends no MTU option, like Microsoft's server. */
  readonly advertisedMtu?: number | "omit" | undefined;
  /** Secure qualification, RFC 4380 §5.2.2: when given, only its clients are served. */
  readonly secrets?: SecretStore | undefined;
  /** Answers only solicitations with a nonce, which all clients in use send: it amplifies less. */
  readonly requireNonce?: boolean | undefined;
  /**
   * Accepts bubbles to our clients if the sender's IPv4 address is the one in its Teredo address,
   * where RFC 4380 §5.3.1 requires the port too. A symmetric NAT shows a different port to each
   * server, so without this a client behind one cannot begin an exchange with peers that use
   * another server.
   */
  readonly acceptPortMismatch?: boolean | undefined;
  /** Rates beyond which packets are dropped. */
  readonly limits?: ServerLimits | "off" | undefined;
  /**
   * Whether a relay shares the sockets (RFC 4380 §5.4.3). Bubbles to native addresses then answer
   * the relay's, and are left to it instead of being forwarded; see {@linkcode Server.serve}.
   */
  readonly withRelay?: boolean | undefined;
  /**
   * Whether that relay is a gateway. Echoes of clients are left to it too; {@linkcode Server.serve}
   * returns {@linkcode FOR_GATEWAY} for those that are valid.
   */
  readonly withGateway?: boolean | undefined;
  /** Notes which clients have proved a secret, for a gateway that serves only those. */
  readonly proofs?: ProvedEndpoints | undefined;
}

/**
 * A client's echo is valid and within the server's limits: the gateway next to the server must
 * carry it.
 */
export const FOR_GATEWAY = "for_gateway";

/** The defaults of what {@linkcode ServerConfig} leaves out. */
export const SERVER_DEFAULTS = {
  port: TEREDO_PORT,
  advertisedMtu: TEREDO_MTU,
  requireNonce: false,
  acceptPortMismatch: false,
  withRelay: false,
  withGateway: false,
  limits: SERVER_LIMITS,
} as const;
