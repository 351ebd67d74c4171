/**
 * A relay on the sockets of a server, RFC 4380 §5.4.3.
 *
 * @module
 */

import type { HostLink } from "../io/host/host_link.ts";
import { SplitLink } from "../io/host/split_link.ts";
import type { ProvedEndpoints } from "../protocol/proved_endpoints.ts";
import type { GatewayConfig } from "../relay/gateway_config.ts";
import type { Relay } from "../relay/relay.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { checkTranslates, gatewayConfig, type GatewayPolicy } from "./gateway_policy.ts";
import type { HostSide, Opener } from "./node_context.ts";
import { newRelay, relayHost, type RelaySettings, servedBy } from "./host/relay_host.ts";

/** Settings of a relay that shares a server's socket. */
export interface EmbeddedRelaySettings<Host extends HostSide | undefined = HostSide | undefined>
  extends RelaySettings {
  /** Opens the relay's side of the host, such as {@linkcode relayTun}. */
  readonly host: Opener<Host>;
  /**
   * Makes it a gateway: clients reach native hosts, and one another, though nobody routes 2001::/32
   * here. Its side of the host is then {@linkcode gatewayTun}.
   */
  readonly gateway?: GatewayPolicy | undefined;
}

/** A relay without its own socket. */
export class EmbeddedRelay {
  readonly relay: Relay;
  readonly #settings: EmbeddedRelaySettings;
  readonly #side: HostSide;
  readonly #gateway: EmbeddedGateway | undefined;

  /**
   * @param gateway what the server adds to a gateway's rules
   * @throws {TypeError} a gateway cannot work like this; the message says why
   */
  constructor(
    settings: EmbeddedRelaySettings,
    side: HostSide,
    globalUnicast: GlobalUnicast,
    gateway: EmbeddedGateway,
  ) {
    this.#settings = settings;
    this.#side = side;
    this.#gateway = settings.gateway && gateway;
    if (settings.gateway !== undefined) checkTranslates(side);
    this.relay = newRelay(settings, globalUnicast, this.#configOf(settings.gateway));
  }

  /** The way to the host that server and relay share; `native` is the server's own. */
  linkWith(native: HostLink | undefined): HostLink {
    const { link } = this.#side;
    // The kernel has to see whatever the clients of a gateway send.
    if (this.#gateway !== undefined) return link;
    return new SplitLink(link, servedBy(this.#settings), native);
  }

  /** Goes on as a gateway by other rules. */
  reconfigure(policy: GatewayPolicy): void {
    const config = this.#configOf(policy);
    if (config !== undefined) this.relay.reconfigure(config);
  }

  /** Takes over the addresses that the host has now. */
  update(): void {
    this.#side.handleNetworkChange?.();
    this.relay.useHost(relayHost(this.#settings));
  }

  #configOf(policy: GatewayPolicy | undefined): GatewayConfig | undefined {
    if (policy === undefined || this.#gateway === undefined) return undefined;
    const { servers, proofs } = this.#gateway;
    return gatewayConfig({ ...policy, servers: policy.servers ?? servers }, proofs);
  }
}

/** What a server adds to the rules of its gateway. */
interface EmbeddedGateway {
  /** The server's own address. */
  readonly servers: readonly Ipv4Address[];
  /** Where the server notes which clients have proved a secret, if it asks them to. */
  readonly proofs: ProvedEndpoints | undefined;
}
