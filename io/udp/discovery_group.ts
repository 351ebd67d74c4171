/**
 * The IPv4 multicast group in which clients on one link find each other, RFC 4380 §5.2.8.
 *
 * @module
 */

import { DISCOVERY_GROUP, TEREDO_PORT } from "../../protocol/constants.ts";
import { endpoint } from "../../wire/endpoint.ts";
import {
  formatIpv4,
  type Ipv4Address,
  ipv4Address,
  isLoopbackIpv4,
} from "../../wire/ipv4_address.ts";
import type { Counters } from "../counters.ts";
import { fromListener } from "./deno_udp.ts";
import { type LocalAddress, localAddresses } from "../network/local_addresses.ts";
import type { Log } from "../log.ts";
import type { UdpSocket } from "../../ffi/udp_socket.ts";
import { reasonOf } from "../../reason.ts";

const GROUP = formatIpv4(DISCOVERY_GROUP);

/** The group, on every link that this host is attached to. */
export class DiscoveryGroup {
  /** Receives what is sent to the group. */
  readonly socket: UdpSocket;
  readonly #listener: Deno.DatagramConn;
  readonly #log: Log;
  readonly #look: () => readonly LocalAddress[];
  #attached: readonly LocalAddress[] = [];

  /**
   * Several clients of one host may listen. The caller closes the socket.
   *
   * @param bindsToGroups whether a socket may bind to the group, which keeps unicast out of it
   */
  constructor(
    counters: Counters,
    log: Log,
    bindsToGroups: boolean,
    look: () => readonly LocalAddress[] = localAddresses,
  ) {
    const address = bindsToGroups ? DISCOVERY_GROUP : ipv4Address(0);
    const options = { hostname: formatIpv4(address), port: TEREDO_PORT, reuseAddress: true };
    this.#listener = Deno.listenDatagram({ transport: "udp", ...options });
    this.socket = fromListener(this.#listener, endpoint(address, TEREDO_PORT), counters);
    this.#log = log;
    this.#look = look;
  }

  /** Joins the group on links that are new. */
  async join(): Promise<void> {
    const before = new Set(this.#attached.map(({ address }) => address));
    this.#attached = this.#look().filter(({ address }) => !isLoopbackIpv4(address));
    for (const { address } of this.#attached.filter(({ address }) => !before.has(address))) {
      try {
        await this.#listener.joinMulticastV4(GROUP, formatIpv4(address));
      } catch (error) {
        // Joined before, or by another address of the same link.
        if (error instanceof Deno.errors.AddrInUse) continue;
        this.#log.warn(
          `Cannot look for neighbours on the link of ${formatIpv4(address)}: ${reasonOf(error)}`,
        );
      }
    }
  }

  /** Whether an address is on a link of this host. */
  isOnLink(address: Ipv4Address): boolean {
    return this.#attached.some(({ network, prefixLength }) =>
      prefixLength > 0 && (address ^ network) >>> (32 - prefixLength) === 0
    );
  }
}
