/**
 * A server's configuration with its defaults filled in.
 *
 * @module
 */

import { OwnAddresses } from "../protocol/own_addresses.ts";
import type { ProvedEndpoints } from "../protocol/proved_endpoints.ts";
import type { Random } from "../protocol/random.ts";
import { addressOf, type Endpoint, portOf } from "../wire/endpoint.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { SecretStore } from "./secret_store.ts";
import { SERVER_DEFAULTS, type ServerConfig } from "./server_config.ts";
import type { ServerLimits } from "./server_limits.ts";

/** What the parts of a server work with; see {@linkcode ServerConfig}. */
export interface ServerSettings {
  readonly primary: Ipv4Address;
  readonly secondary: Ipv4Address | undefined;
  readonly port: number;
  readonly globalUnicast: GlobalUnicast;
  readonly random: Random;
  readonly own: OwnAddresses;
  /** `undefined` sends no MTU option. */
  readonly advertisedMtu: number | undefined;
  readonly secrets: SecretStore | undefined;
  readonly requireNonce: boolean;
  readonly acceptPortMismatch: boolean;
  readonly limits: ServerLimits | undefined;
  readonly withRelay: boolean;
  readonly withGateway: boolean;
  readonly proofs: ProvedEndpoints | undefined;
}

/** Fills in what a configuration leaves out. */
export function settingsOf(config: ServerConfig): ServerSettings {
  const { primary, secondary, ownAddresses, advertisedMtu, limits } = config;
  const addresses = secondary === undefined ? [primary] : [primary, secondary];
  return {
    primary,
    secondary,
    port: config.port ?? SERVER_DEFAULTS.port,
    globalUnicast: config.globalUnicast,
    random: config.random,
    own: new OwnAddresses([...addresses, ...ownAddresses ?? []]),
    advertisedMtu: advertisedMtu === "omit"
      ? undefined
      : advertisedMtu ?? SERVER_DEFAULTS.advertisedMtu,
    secrets: config.secrets,
    requireNonce: config.requireNonce ?? SERVER_DEFAULTS.requireNonce,
    acceptPortMismatch: config.acceptPortMismatch ?? SERVER_DEFAULTS.acceptPortMismatch,
    limits: limits === "off" ? undefined : limits ?? SERVER_DEFAULTS.limits,
    withRelay: config.withRelay ?? SERVER_DEFAULTS.withRelay,
    withGateway: config.withGateway ?? SERVER_DEFAULTS.withGateway,
    proofs: config.proofs,
  };
}

/** Whether `at` is a socket of this server, at any of the host's addresses. */
export function isOwnSocket({ own, port }: ServerSettings, at: Endpoint): boolean {
  return portOf(at) === port && own.has(addressOf(at));
}
