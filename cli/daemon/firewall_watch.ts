/**
 * Noticing that the host's firewall drops what a gateway forwards.
 *
 * @module
 */

import type { DroppingChain } from "../../ffi/packet_filter.ts";
import type { Log } from "../../io/log.ts";

/** A gateway's side of the host, as far as it matters here. */
interface Forwarder {
  readonly name: string;
  /** Chains that drop what none of their rules accepts, as they are now. */
  obstacles(): readonly DroppingChain[];
}

/**
 * Warns once of each chain that drops by default. Whether its rules accept the gateway's packets is
 * beyond us. Firewalls may start later than a gateway, and often a new interface shows that.
 */
export class FirewallWatch {
  readonly #forwarder: Forwarder;
  readonly #log: Log;
  readonly #known = new Set<string>();

  constructor(forwarder: Forwarder, log: Log) {
    this.#forwarder = forwarder;
    this.#log = log;
  }

  /** Looks for chains that are new. */
  look(): void {
    const chains = this.#forwarder.obstacles()
      .map(({ family, table, chain }) => `chain ${chain} of table ${family} ${table}`);
    for (const known of this.#known) if (!chains.includes(known)) this.#known.delete(known);
    for (const chain of chains) {
      if (this.#known.has(chain)) continue;
      this.#known.add(chain);
      this.#log.warn(
        `The firewall of this host drops forwarded packets: ${chain} needs rules that accept ` +
          `those of interface ${this.#forwarder.name} in both directions`,
      );
    }
  }
}
