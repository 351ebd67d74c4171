/**
 * What a relay's host must have: a public IPv4 address for Teredo clients, native IPv6 for everyone
 * else, and forwarding between the two. All may come and go while the relay runs.
 *
 * @module
 */

import { forwardsIpv6 } from "../../ffi/open.ts";
import { platform } from "../../ffi/platform.ts";
import type { InterfaceFault } from "../../io/host/own_interface.ts";
import type { Log } from "../../io/log.ts";
import { localAddresses } from "../../io/network/local_addresses.ts";
import { nativeAddresses } from "../../io/network/native_ipv6.ts";
import { addressPolicy } from "../../nodes/address_policy.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";
import { networkFor } from "./settings/allow_private.ts";
import type { DaemonOptions } from "./settings/daemon_options.ts";
import type { GatewayOptionValues } from "./settings/gateway_option_values.ts";
import type { RelayOptionValues } from "./settings/relay_option_values.ts";
import type { OwnInterfaceView } from "./status/status_report.ts";

/** The host, and the settings that matter. */
export interface RelayHostView {
  /** The host's IPv4 addresses, or the one that the relay is bound to. */
  readonly addresses: readonly Ipv4Address[];
  /** The address at which clients reach the relay, if the settings name one. */
  readonly publicAddress: Ipv4Address | undefined;
  /** The addresses that count as public. */
  readonly globalUnicast: Pick<GlobalUnicast, "has">;
  /** Whether the relay is useless without the IPv6 Internet. */
  readonly needsInternet: boolean;
  readonly hasNativeIpv6: boolean;
  /** Whether it serves other hosts than its own, and leaves their way to it to the host. */
  readonly needsForwarding: boolean;
  readonly forwards: boolean;
}

/** What the host lacks. */
export function missingForRelay(host: RelayHostView): InterfaceFault[] {
  const { addresses, publicAddress, globalUnicast } = host;
  const messages: string[] = [];
  if (publicAddress === undefined && !addresses.some((each) => globalUnicast.has(each))) {
    const found = addresses.length === 0 ? "none" : `only ${addresses.map(formatIpv4).join(", ")}`;
    messages.push(
      `This host has no public IPv4 address (${found}), so Teredo clients cannot reach the relay. ` +
        "Give it one; behind a NAT that forwards the port, name it with --public",
    );
  }
  if (host.needsInternet && !host.hasNativeIpv6) {
    messages.push(
      "This host has no native IPv6 address, so the relay has no hosts to relay for. Give it one, " +
        "or name the prefixes that it serves with --prefix",
    );
  }
  if (host.needsForwarding && !host.forwards) messages.push(withoutForwarding());
  return messages.map((message) => ({ type: "incomplete", message }));
}

/** A relay is a router: the kernel has to forward between its interfaces. */
function withoutForwarding(): string {
  const { forwardingCommand: command } = platform;
  const how = command === undefined ? "" : ` with "${command}"`;
  return "This host does not forward IPv6, so only its own packets reach Teredo clients. Turn " +
    `forwarding on${how}, or use --host-only`;
}

/** The settings that matter. */
type Settings =
  & Pick<RelayOptionValues, "prefix" | "hostOnly">
  & Pick<GatewayOptionValues, "gateway">
  & Pick<DaemonOptions, "allowPrivate">;

/** Where clients reach the relay. */
interface Reach {
  readonly bind?: Ipv4Address | undefined;
  readonly publicAddress: Ipv4Address | undefined;
}

/** A running relay's view of its host. */
export class RelayNeeds {
  readonly #settings: Settings;
  readonly #reach: Reach;
  readonly #log: Log;
  #warned: readonly string[] = [];

  constructor(settings: Settings, reach: Reach, log: Log) {
    this.#settings = settings;
    this.#reach = reach;
    this.#log = log;
  }

  /** Warns of what the host lacks since the last time, and says what it has again. */
  look(): void {
    const messages = this.#missing().map(({ message }) => message);
    for (const each of messages) if (!this.#warned.includes(each)) this.#log.warn(each);
    if (messages.length === 0 && this.#warned.length > 0) {
      this.#log.info("This host has again what the relay needs");
    }
    this.#warned = messages;
  }

  /** The relay's interface, with what the host lacks among its faults. */
  around(own: OwnInterfaceView): OwnInterfaceView {
    const missing = () => this.#missing();
    return {
      name: own.name,
      get faults() {
        return [...own.faults, ...missing()];
      },
    };
  }

  #missing(): InterfaceFault[] {
    const { prefix, hostOnly, gateway, allowPrivate } = this.#settings;
    const { bind, publicAddress } = this.#reach;
    return missingForRelay({
      addresses: bind === undefined ? localAddresses().map(({ address }) => address) : [bind],
      publicAddress,
      globalUnicast: addressPolicy(networkFor(allowPrivate)),
      // A gateway also carries packets from client to client.
      needsInternet: prefix === undefined && !gateway,
      hasNativeIpv6: nativeAddresses().length > 0,
      // A gateway switches it on by itself.
      needsForwarding: !hostOnly && !gateway,
      // Where the setting cannot be read, there is nothing to say about it.
      forwards: forwardsIpv6() ?? true,
    });
  }
}
