/**
 * Settings of a client.
 *
 * @module
 */

import type { Extension } from "../../../client/extensions.ts";
import type { Service } from "../../../ffi/packet_filter.ts";
import type { PortMappingMode } from "../../args/kinds/port_mapping_mode.ts";
import type { LimitsValue } from "../../args/kinds/limits_kind.ts";
import type { CredentialOptions } from "./client_credentials.ts";
import type { DaemonOptions } from "./daemon_options.ts";
import type { GivenServers } from "./named_servers.ts";

/** Settings of a client. */
export interface ClientOptions extends GivenServers, CredentialOptions, DaemonOptions {
  readonly port: number | undefined;
  readonly determineRefresh: boolean;
  readonly localDiscovery: boolean;
  /** The extensions of RFC 6081 to use; `undefined` for all. */
  readonly extensions: readonly Extension[] | undefined;
  /** Whether a peer that fell silent is asked before its server is, RFC 6081 §5.7. */
  readonly loadReduction: boolean;
  /** The interface to make; `undefined` for the usual name. */
  readonly interface: string | undefined;
  readonly defaultRoute: boolean;
  /** Whether the client also runs on a host with native IPv6. */
  readonly force: boolean;
  /** Services of this host that others may reach through the interface; `undefined` for all. */
  readonly firewall: readonly Service[] | undefined;
  readonly portMapping: PortMappingMode;
  /** In milliseconds. */
  readonly refreshInterval: number | undefined;
  /** A program to run when the address changes. */
  readonly hook: string | undefined;
  readonly limits: LimitsValue | undefined;
}
