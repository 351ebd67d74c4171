/**
 * The rules of a gateway, as options for programs that embed one.
 *
 * @module
 */

import type { Service } from "../ffi/packet_filter.ts";
import type { ProvedEndpoints } from "../protocol/proved_endpoints.ts";
import type { Rate } from "../protocol/token_bucket.ts";
import { AddressAccess, type GatewayAccess, type GatewayConfig } from "../relay/gateway_config.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { Ipv4Block } from "../wire/global_unicast.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import type { HostSide } from "./node_context.ts";

/**
 * The clients that may use a gateway. What they send leaves with this host's address, so this is
 * always said.
 *
 * - `proved`: those that have proved a secret to the gateway's server
 * - `all`: everybody
 * - blocks of IPv4 addresses: those whose mapped address is in one of them
 *
 * With a server that asks for secrets, clients prove one in any case.
 */
export type GatewayClients = "proved" | "all" | readonly Ipv4Block[];

/** The rules of a gateway. */
export interface GatewayPolicy {
  readonly clients: GatewayClients;
  /**
   * The servers that the clients' addresses may name. Beside a server it is that one, and any for a
   * relay alone unless given.
   */
  readonly servers?: readonly Ipv4Address[] | undefined;
  /** A cap on what one client sends, and on what it receives, in octets; none by default. */
  readonly clientRate?: Rate | undefined;
  /**
   * Connections that one client may have open at a time, and eight times as many all those with one
   * mapped IPv4 address; {@linkcode CLIENT_FLOWS} by default, `"off"` for no limit. It cannot be
   * changed while the gateway runs.
   */
  readonly clientFlows?: number | "off" | undefined;
  /** Services of this host that clients may use; none by default. They may always ping it. */
  readonly services?: readonly Service[] | undefined;
  /**
   * Whether native hosts may begin an exchange with clients, where a route to 2001::/32 leads to
   * this host; unless given, no.
   */
  readonly unsolicited?: boolean | undefined;
}

/** Every IPv4 address. */
const ALL: readonly Ipv4Block[] = [{ network: ipv4Address(0), prefixLength: 0 }];

/**
 * The rules as the machine takes them.
 *
 * @param proofs where the gateway's server notes which clients have proved a secret
 * @param serversElsewhere whether the clients' servers run on other hosts
 * @throws {TypeError} clients are to prove a secret, and no server asks them to
 */
export function gatewayConfig(
  { clients, servers, clientRate, services = [], unsolicited }: GatewayPolicy,
  proofs: ProvedEndpoints | undefined,
  serversElsewhere = false,
): GatewayConfig {
  return {
    access: accessOf(clients, proofs),
    servers,
    accountRate: clientRate,
    ownServices: services.length > 0,
    unsolicited,
    serversElsewhere,
  };
}

/**
 * Refuses a gateway on a host that would send packets on as they are.
 *
 * @throws {TypeError} it would
 */
export function checkTranslates(side: HostSide | undefined): void {
  if (side?.translates) return;
  throw new TypeError(
    "Cannot open a gateway: its side of the host does not translate addresses. Open it with gatewayTun",
  );
}

function accessOf(clients: GatewayClients, proofs: ProvedEndpoints | undefined): GatewayAccess {
  if (proofs !== undefined) {
    return Array.isArray(clients) ? new ProvedAddressAccess(proofs, clients) : proofs;
  }
  if (clients !== "proved") return new AddressAccess(clients === "all" ? ALL : clients);
  throw new TypeError(
    "Cannot open a gateway for clients that prove a secret: only a server with secrets knows them",
  );
}

/**
 * Access for clients that prove a secret from certain addresses. Each identifier is one account.
 */
class ProvedAddressAccess implements GatewayAccess {
  readonly #proofs: ProvedEndpoints;
  readonly #addresses: AddressAccess;

  constructor(proofs: ProvedEndpoints, blocks: readonly Ipv4Block[]) {
    this.#proofs = proofs;
    this.#addresses = new AddressAccess(blocks);
  }

  accountOf(mapping: Endpoint, now: number): string | undefined {
    const isAllowed = this.#addresses.accountOf(mapping) !== undefined;
    return isAllowed ? this.#proofs.accountOf(mapping, now) : undefined;
  }
}
