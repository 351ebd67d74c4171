/**
 * Settings of a relay on this host, alone or with a server.
 *
 * @module
 */

import type { Ipv6Prefix } from "../../../wire/ipv6_prefix.ts";

/** Where a relay's packets come from and may go. */
export interface RelayOptionValues {
  /** The interface to make; `undefined` for the usual name. */
  readonly interface: string | undefined;
  /** Where packets of clients may go; `undefined` for the whole IPv6 Internet. */
  readonly prefix: readonly Ipv6Prefix[] | undefined;
  /** Serve this host's own addresses only. */
  readonly hostOnly: boolean;
}
