/**
 * What a server is told.
 *
 * @module
 */

import { TEREDO_MTU, TEREDO_PORT } from "../protocol/constants.ts";
import type { ProvedEndpoints } from "../protocol/proved_endpoints.ts";
import type { Rate } from "../protocol/token_bucket.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { SecretStore } from "./secret_store.ts";

/** The sockets of a server, one on each of its two addresses. */
export type ServerSocket = "primary" | "secondary";

/** A server's configuration. */
export interface ServerConfig {
  /** The address that names the server: its clients carry it in their IPv6 addresses. */
  readonly primary: Ipv4Address;
  /**
   * The second address that RFC 4380 §5.3 asks for. Without it clients qualify all the same, save for
   * those of the time before RFC 5991 that ask with the cone bit, and nobody detects symmetric NATs.
   */
  readonly secondary?: Ipv4Address | undefined;
  /** The UDP port of both sockets. */
  readonly port?: number | undefined;
  /** Where packets may come from and go to. */
  readonly globalUnicast: GlobalUnicast;
  /** The other IPv4 addresses of this host, against routing loops. */
  readonly ownAddresses?: readonly Ipv4Address[] | undefined;
  /** The MTU to advertise in octets; `"omit"` sends no MTU option, like Microsoft's server. */
  readonly advertisedMtu?: number | "omit" | undefined;
  /** Secure qualification, RFC 4380 §5.2.2: when given, only its clients are served. */
  readonly secrets?: SecretStore | undefined;
  /** Answer only solicitations with a nonce, which every client in use sends; amplifies less. */
  readonly requireNonce?: boolean | undefined;
  /**
   * Believe senders of bubbles to our clients for their IPv4 address alone, where RFC 4380 §5.3.1 also
   * wants the port that their Teredo address tells. A symmetric NAT shows another one to each server,
   * so that without this nobody behind one can begin towards peers of a server not its own.
   */
  readonly acceptPortMismatch?: boolean | undefined;
  /** Rates beyond which packets are dropped. */
  readonly limits?: ServerLimits | "off" | undefined;
  /**
   * A relay shares the sockets (RFC 4380 §5.4.3). Bubbles to native addresses answer the relay's own
   * then, and are declined rather than forwarded; see {@linkcode Server.serve}.
   */
  readonly withRelay?: boolean | undefined;
  /**
   * The relay is a gateway: echoes of clients are declined too, valid ones as
   * {@linkcode FOR_GATEWAY}.
   */
  readonly withGateway?: boolean | undefined;
  /** Where it is noted which clients have proved a secret, for a gateway that serves those alone. */
  readonly proofs?: ProvedEndpoints | undefined;
}

/** A client's echo that is valid and within the server's limits, and that the gateway beside it carries. */
export const FOR_GATEWAY = "for_gateway";

/** Rates of a server. The RFC names none; without them a server reflects whatever is sent to it. */
export interface ServerLimits {
  /** For each outer IPv4 source. */
  readonly perSource: PerKind;
  /** For each IPv4 address that packets are forwarded to, whoever sends them. */
  readonly perDestination: Rate;
  /** For all sources together. */
  readonly total: PerKind;
  /** How many IPv4 addresses are remembered at most, by each limit of sources or destinations. */
  readonly capacity: number;
}

/** A rate for each kind of packet that a server handles. */
export interface PerKind {
  readonly solicitations: Rate;
  readonly bubbles: Rate;
  readonly echoes: Rate;
}

/** The defaults of what {@linkcode ServerConfig} leaves out. */
export const SERVER_DEFAULTS = {
  port: TEREDO_PORT,
  advertisedMtu: TEREDO_MTU,
  requireNonce: false,
  acceptPortMismatch: false,
  withRelay: false,
  withGateway: false,
  limits: {
    perSource: {
      solicitations: { perSecond: 5, burst: 10 },
      bubbles: { perSecond: 50, burst: 100 },
      echoes: { perSecond: 10, burst: 20 },
    },
    perDestination: { perSecond: 20, burst: 40 },
    total: {
      solicitations: { perSecond: 20_000, burst: 20_000 },
      bubbles: { perSecond: 50_000, burst: 50_000 },
      echoes: { perSecond: 5_000, burst: 5_000 },
    },
    capacity: 16_384,
  },
} as const;
