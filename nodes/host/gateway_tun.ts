/**
 * A gateway's side of the host: a relay's interface, and the kernel's source NAT behind it.
 *
 * @module
 */

import { openSourceNat } from "../../ffi/open.ts";
import type { DroppingChain, FilterCounts } from "../../ffi/packet_filter.ts";
import type { ConnectionLimit, SourceNatOptions } from "../../ffi/source_nat.ts";
import type { KeptInterface } from "../../io/host/kept_interface.ts";
import { gatewayState, TEREDO_ROUTE } from "../../io/host/wanted_state.ts";
import { nativeAddresses } from "../../io/network/native_ipv6.ts";
import { setU32 } from "../../memory/octets.ts";
import { CLIENT_FLOWS, TEREDO_MTU } from "../../protocol/constants.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import type { GatewayPolicy } from "../gateway_policy.ts";
import type { HostContext, Opener } from "../node_context.ts";
import { REFUSED_DESTINATIONS } from "./refused_destinations.ts";
import { openTunSide, type TunSide, type TunSideOptions } from "./tun_side.ts";

/** How many clients with all their connections have room behind one IPv4 address. */
const CLIENTS_PER_ADDRESS = 8;

const CONTESTED =
  "Another program keeps switching off the forwarding of IPv6 packets, or removing " +
  "the gateway's rules. Look for what sets net.ipv6.conf.all.forwarding to 0, such as a file of " +
  '"/etc/sysctl.d", or runs "nft flush ruleset"';

/** What may be said of a gateway's side of the host. */
export interface GatewayTunOptions
  extends TunSideOptions, Pick<GatewayPolicy, "clientFlows" | "services" | "unsolicited"> {
  /** The name of the table that the kernel's rules are in; `teredo` by default. */
  readonly table?: string | undefined;
  /**
   * A folder for a note of changed settings, by which the next start puts them back after a KILL;
   * without one, they stay.
   */
  readonly notes?: string | undefined;
  /**
   * A public IPv4 address of this host. Where the host has no native IPv6, its interface gets the
   * 6to4 address of it (RFC 3056), so that clients at least meet one another.
   */
  readonly fallback?: Ipv4Address | undefined;
  /**
   * Whether the clients' servers run on other hosts, which send connectivity tests by way of this
   * one; by default they do not.
   */
  readonly serversElsewhere?: boolean | undefined;
}

/** A gateway's side of the host. */
export interface GatewaySide extends TunSide {
  readonly translates: true;
  /** Whether the kernel removes its rules even if the process is killed: since Linux 5.12. */
  readonly isOwned: boolean;
  /** Whether the host has native IPv6: without it, clients reach one another only. */
  readonly hasNativeIpv6: boolean;
  /** Chains of the host's firewall that drop what the gateway forwards, as they are now. */
  obstacles(): readonly DroppingChain[];
  /** What the kernel's rules have counted, by their names. */
  counts(): FilterCounts;
  handleNetworkChange(): void;
}

/**
 * Makes a relay's interface as {@linkcode relayTun} does, switches the forwarding of IPv6 packets
 * on, and lets what the clients send leave with this host's own address. All of that ends with the
 * gateway. It needs what `relayTun` needs, and nf_tables in the kernel.
 *
 * @throws {ForwardingRefused} (when it is opened) forwarding is off and cannot be switched on here
 * @throws {SystemError} (when it is opened) the kernel refuses; the message says what to do
 */
export function gatewayTun(options: GatewayTunOptions = {}): Opener<GatewaySide> {
  return (context) => openGatewayTun(options, context);
}

function openGatewayTun(options: GatewayTunOptions, context: HostContext): GatewaySide {
  using stack = new DisposableStack();
  const tun = stack.use(openTunSide(options, context, gatewayState(TEREDO_MTU)));
  const translation = gatewayTranslation(options, tun.name);
  const nat = stack.adopt(openSourceNat(translation), (nat) => nat.close());
  tun.own.require({
    restore: () => nat.restore(),
    isReported: nat.isOwned,
    contested: CONTESTED,
  });
  if (nat.putBack) {
    context.log.info(
      "A gateway that was killed had left forwarding on. It counts as off, and will be off in the end",
    );
  }
  if (nat.isLockForeign) {
    context.log.warn(
      "Another user's process holds the lock of gateways, so this one can't tell if another one works " +
        "here: then each could disturb the other's settings. Find the process with " +
        '"ss -xap | grep @teredo-forwarding", and end it',
    );
  }
  if (nat.isLockHidden) {
    context.log.warn(
      "A process holds the lock of gateways, and the kernel doesn't say whose it is: some program keeps " +
        "connecting to it. It may be another gateway's, so this one puts no forwarding back that one " +
        'that was killed had left on. Find the programs with "ss -xap | grep @teredo-forwarding"',
    );
  }
  const fallback = new FallbackAddress(tun.own, options.fallback, context);
  fallback.update();
  const opened = stack.move();
  return {
    ...tun,
    translates: true,
    isOwned: nat.isOwned,
    get hasNativeIpv6() {
      return fallback.hasNativeIpv6;
    },
    obstacles: () => nat.obstacles(),
    counts: () => nat.counts(),
    handleNetworkChange: () => fallback.update(),
    [Symbol.dispose]: () => opened.dispose(),
  };
}

/**
 * How the kernel translates what comes in by a gateway's interface.
 *
 * @param name the interface
 */
export function gatewayTranslation(options: GatewayTunOptions, name: string): SourceNatOptions {
  const { table = "teredo", services = [], unsolicited = false, serversElsewhere } = options;
  return {
    table,
    interface: name,
    sources: TEREDO_ROUTE.prefix,
    refused: REFUSED_DESTINATIONS,
    limits: limitsOf(options.clientFlows),
    turnsAround: true,
    admitsUnsolicited: unsolicited,
    admitsTests: serversElsewhere,
    services,
    notes: options.notes,
  };
}

/**
 * A Teredo address ends in the client's mapped port and IPv4 address (RFC 4380 §4). The flags
 * before them are the client's to choose, and the address in front is its server's.
 */
function limitsOf(clientFlows: number | "off" = CLIENT_FLOWS): ConnectionLimit[] {
  if (clientFlows === "off") return [];
  return [
    { name: "client_flows", octets: 6, atMost: clientFlows },
    { name: "address_flows", octets: 4, atMost: CLIENTS_PER_ADDRESS * clientFlows },
  ];
}

/** An address for packets from client to client, while the host has none that would do. */
class FallbackAddress {
  readonly #own: KeptInterface;
  readonly #address: Uint8Array | undefined;
  readonly #context: HostContext;
  #isNative: boolean | undefined;

  constructor(own: KeptInterface, ipv4: Ipv4Address | undefined, context: HostContext) {
    this.#own = own;
    this.#address = ipv4 === undefined ? undefined : address6to4(ipv4);
    this.#context = context;
  }

  get hasNativeIpv6(): boolean {
    return this.#isNative ?? false;
  }

  /** Gives the interface the address, or takes it away, as the host has native IPv6 now. */
  update(): void {
    const isNative = nativeAddresses().some(({ interface: name }) => name !== this.#own.name);
    if (isNative === this.#isNative) return;
    const isFirst = this.#isNative === undefined;
    this.#isNative = isNative;
    const address = isNative ? undefined : this.#address;
    this.#own.want(gatewayState(TEREDO_MTU, address));
    const { log } = this.#context;
    if (!isNative) {
      log.warn("This host has no native IPv6: clients reach one another, but no native hosts");
    } else if (isFirst) log.debug("The gateway has native IPv6");
    else log.info("This host has native IPv6 again: clients reach native hosts");
  }
}

/** 2002:V4ADDR::1. */
function address6to4(ipv4: Ipv4Address): Uint8Array {
  const address = parseIpv6("2002::1")!;
  setU32(address, 2, ipv4);
  return address;
}
