/**
 * A relay on the sockets of a server, RFC 4380 §5.4.3.
 *
 * @module
 */

import type { HostLink } from "../io/host/host_link.ts";
import { SplitLink } from "../io/host/split_link.ts";
import type { Relay } from "../relay/relay.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import type { HostSide, Opener } from "./node_context.ts";
import { newRelay, relayHost, type RelaySettings, servedBy } from "./relay_host.ts";

/** Settings of a relay beside a server. */
export interface EmbeddedRelaySettings<Host extends HostSide | undefined = HostSide | undefined>
  extends RelaySettings {
  /** Opens the relay's side of the host, such as {@linkcode relayTun}. */
  readonly host: Opener<Host>;
}

/** A relay without a socket of its own. */
export class EmbeddedRelay {
  readonly relay: Relay;
  readonly #settings: RelaySettings;
  readonly #link: HostLink;

  constructor(settings: RelaySettings, link: HostLink, globalUnicast: GlobalUnicast) {
    this.relay = newRelay(settings, globalUnicast);
    this.#settings = settings;
    this.#link = link;
  }

  /** The way to the host that server and relay share; `native` is the server's own. */
  linkWith(native: HostLink | undefined): HostLink {
    return new SplitLink(this.#link, servedBy(this.#settings), native);
  }

  /** Takes over the addresses that the host has now. */
  update(): void {
    this.relay.useHost(relayHost(this.#settings));
  }
}
