/**
 * The way to the host of a server with a relay: the relay's interface, and a way around it.
 *
 * @module
 */

import { DESTINATION } from "../../wire/ipv6_header.ts";
import { type Ipv6Prefix, isWithin } from "../../wire/ipv6_prefix.ts";
import type { HostLink, PacketReceiver } from "./host_link.ts";

/**
 * Delivers packets for the relay's prefixes to the relay's interface, where the kernel may filter
 * and forward them. The server's connectivity tests for other destinations leave as they do without
 * a relay, because the host of a host-specific relay need not forward.
 */
export class SplitLink implements HostLink {
  readonly #relay: HostLink;
  readonly #serves: readonly Ipv6Prefix[];
  readonly #others: HostLink | undefined;

  /** @param others the way to destinations that the relay does not serve, if there is one */
  constructor(relay: HostLink, serves: readonly Ipv6Prefix[], others: HostLink | undefined) {
    this.#relay = relay;
    this.#serves = serves;
    this.#others = others;
  }

  write(ipv6: Uint8Array): boolean {
    const isServed = this.#serves.some((prefix) => isWithin(ipv6, DESTINATION, prefix));
    const link = isServed ? this.#relay : this.#others;
    return link !== undefined && link.write(ipv6);
  }

  flush(): void {
    this.#relay.flush();
    this.#others?.flush();
  }

  /** Packets come from the interface only. */
  run(receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    return this.#relay.run(receiver, signal);
  }
}
