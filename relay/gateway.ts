/**
 * Which packets of clients leave a gateway, and which come back to them.
 *
 *     client --UDP--> outbound --> TUN --> kernel: forwards, with this host's address as the source
 *     client <--UDP-- inbound <--- TUN <-- kernel: knows the flow, restores the client's address
 *
 * A packet for another client takes the same way: the kernel routes it back into the TUN, with this host's
 * own address as the source. To that client it comes from a native host, so the client need not know
 * anything about gateways.
 *
 * The kernel tracks connections. The rules here do not depend on that: which clients may use the gateway,
 * where packets may go, and that a client that began nothing receives nothing.
 *
 * @module
 */

import { TEREDO_PORT } from "../protocol/constants.ts";
import type { DropReason } from "../protocol/drop_reason.ts";
import type { OwnAddresses } from "../protocol/own_addresses.ts";
import type { PeerTable } from "../protocol/peers/peer_table.ts";
import { areSameRates } from "../protocol/token_bucket.ts";
import { addressOf, endpoint, portOf } from "../wire/endpoint.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { isIcmpv6 } from "../wire/icmpv6.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import { isGlobalScope, isSameIpv6 } from "../wire/ipv6_address.ts";
import { DESTINATION, NextHeader, nextHeaderOf, SOURCE } from "../wire/ipv6_header.ts";
import { isWithinAny } from "../wire/ipv6_prefix.ts";
import { getU16, getU32 } from "../memory/octets.ts";
import { isTeredo, mappingOf, serverOf } from "../wire/teredo_address.ts";
import { type GatewayAccount, GatewayAccounts } from "./gateway_accounts.ts";
import type { GatewayConfig } from "./gateway_config.ts";
import type { GatewayStatus } from "./gateway_status.ts";
import type { RelayHost } from "./relay_config.ts";
import type { RelayPeer } from "./relay_peer.ts";

/** How often a client's access is checked, in milliseconds. */
const CHECK_INTERVAL = 1_000;

/** 2002::/16, RFC 3056; the IPv4 address of the router follows. */
const PREFIX_6TO4 = 0x2002;

/** The gateway of a relay. */
export class Gateway {
  readonly #globalUnicast: GlobalUnicast;
  readonly #peers: PeerTable<RelayPeer>;
  readonly #accounts: GatewayAccounts;
  #config: GatewayConfig;
  #host: RelayHost;
  #own: OwnAddresses;

  constructor(
    config: GatewayConfig,
    host: RelayHost,
    own: OwnAddresses,
    globalUnicast: GlobalUnicast,
    peers: PeerTable<RelayPeer>,
  ) {
    this.#config = config;
    this.#globalUnicast = globalUnicast;
    this.#peers = peers;
    this.#accounts = new GatewayAccounts(config.accountRate);
    this.#host = host;
    this.#own = own;
  }

  /** Applies other rules. Counts stay. */
  reconfigure(config: GatewayConfig): void {
    const { accountRate: rate } = config;
    if (!areSameRates(rate, this.#config.accountRate)) this.#accounts.limit(rate);
    this.#config = config;
    for (const peer of this.#peers) peer.checkAt = 0;
  }

  /** The host's addresses have changed. */
  useHost(host: RelayHost, own: OwnAddresses): void {
    this.#host = host;
    this.#own = own;
  }

  status(now: number, listed: number): GatewayStatus {
    const accounts = this.#accounts.latest(listed);
    return {
      accountCount: this.#accounts.size,
      accounts: accounts.map(({ name, octetsOut, octetsIn, lastUse }) => ({
        name,
        octetsOut,
        octetsIn,
        usedAgo: now - lastUse,
      })),
    };
  }

  /**
   * Judges a packet of a client.
   *
   * @param peer the client's entry, if there is one; while it is not trusted, nothing is counted
   * @returns why it may not leave, if so
   */
  outbound(ipv6: Uint8Array, peer: RelayPeer | undefined, now: number): DropReason | undefined {
    if (this.#isOwn(ipv6, DESTINATION)) {
      const refusal = this.#toOwnHost(ipv6, peer, now);
      if (refusal !== undefined) return refusal;
      const account = this.#payingAccountOf(ipv6, SOURCE, peer, now);
      return account?.takeOut(ipv6.length, now) === false ? "client_rate" : undefined;
    }
    const account = this.#accountOf(ipv6, SOURCE, peer, now);
    if (typeof account === "string") return account;
    const refusal = isTeredo(ipv6, DESTINATION)
      ? this.#toClient(ipv6, account, now)
      : this.#toNative(ipv6);
    if (refusal !== undefined) return refusal;
    if (peer !== undefined) {
      peer.hasBegun = true;
      peer.hasConnected ||= isTcp(ipv6);
    }
    return account === undefined || account.takeOut(ipv6.length, now) ? undefined : "client_rate";
  }

  /**
   * Judges a packet from the kernel for a client.
   *
   * @param octets of the packet and those that go with it
   * @returns why it may not go on, if so
   */
  inbound(
    ipv6: Uint8Array,
    peer: RelayPeer | undefined,
    octets: number,
    now: number,
  ): DropReason | undefined {
    // One client calls another, or this host itself answers. Only a call needs an answer.
    if (this.#isOwn(ipv6, SOURCE)) {
      if (peer !== undefined && !isIcmpv6(ipv6)) {
        peer.isCalled = true;
        peer.hasConnected ||= peer.isTrusted && isTcp(ipv6);
      }
      const account = this.#payingAccountOf(ipv6, DESTINATION, peer, now);
      return account?.takeIn(octets, now) === false ? "client_rate" : undefined;
    }
    if (!this.#isSource(ipv6)) return "source_invalid";
    if (!peer?.hasBegun && !this.#mayBeFirst(ipv6)) return "unsolicited";
    const account = this.#accountOf(ipv6, DESTINATION, peer, now);
    if (typeof account === "string") return account;
    return account === undefined || account.takeIn(octets, now) ? undefined : "client_rate";
  }

  /** Why the client with the address at `offset` may not use the gateway, if so. */
  refuseUse(ipv6: Uint8Array, offset: number, now: number): DropReason | undefined {
    const refusal = this.#refuseServer(serverOf(ipv6, offset));
    if (refusal !== undefined) return refusal;
    return this.#nameOf(ipv6, offset, now) === undefined ? "gateway_denied" : undefined;
  }

  /** Why clients of a server may not use the gateway, if so. */
  #refuseServer(server: Ipv4Address): DropReason | undefined {
    const { servers } = this.#config;
    if (servers !== undefined && !servers.includes(server)) return "gateway_other_server";
    // Bubbles to the client go there too.
    return this.#globalUnicast.has(server) ? undefined : "source_not_global";
  }

  /** The name of the account of the client with the address at `offset`, if it has access. */
  #nameOf(ipv6: Uint8Array, offset: number, now: number): string | undefined {
    return this.#config.access.accountOf(mappingOf(ipv6, offset), now);
  }

  /** Whether the address at `offset` is this host's. */
  #isOwn(ipv6: Uint8Array, offset: number): boolean {
    const { nativeAddresses = [] } = this.#host;
    for (const address of nativeAddresses) if (isSameIpv6(ipv6, offset, address)) return true;
    return false;
  }

  /**
   * The account of the client with the address at `offset`, or why it may not use the gateway. A client
   * that has not proved where it is gets no account, or forged sources would fill the table.
   */
  #accountOf(
    ipv6: Uint8Array,
    offset: number,
    peer: RelayPeer | undefined,
    now: number,
  ): GatewayAccount | DropReason | undefined {
    if (!peer?.isTrusted) return this.refuseUse(ipv6, offset, now);
    if (peer.account !== undefined && now < peer.checkAt) return peer.account;
    const refusal = this.#refuseServer(serverOf(ipv6, offset));
    if (refusal !== undefined) return refusal;
    const name = this.#nameOf(ipv6, offset, now);
    if (name === undefined) return "gateway_denied";
    peer.checkAt = Math.ceil(now) + CHECK_INTERVAL;
    return peer.account = this.#accounts.open(name, now);
  }

  /**
   * The account that pays for what a client exchanges with this host itself, as with another client
   * by way of it. A client that is called may have no access, and then has no account.
   */
  #payingAccountOf(
    ipv6: Uint8Array,
    offset: number,
    peer: RelayPeer | undefined,
    now: number,
  ): GatewayAccount | undefined {
    const account = this.#accountOf(ipv6, offset, peer, now);
    return typeof account === "string" ? undefined : account;
  }

  /**
   * To this host itself go answers of clients that others call through the gateway (the kernel refuses what
   * isn't an answer) and ICMPv6, because clients test with an echo where this host is. Those that are called need no
   * access to answer, but a client that begins needs it.
   */
  #toOwnHost(
    ipv6: Uint8Array,
    peer: RelayPeer | undefined,
    now: number,
  ): DropReason | undefined {
    const isTest = isIcmpv6(ipv6);
    if (peer?.isCalled || (isTest && peer !== undefined)) return undefined;
    if (!isTest && !this.#config.ownServices) return "own_service";
    return this.refuseUse(ipv6, SOURCE, now);
  }

  /** To another client, but never to this host or to a server as if it were one. */
  #toClient(
    ipv6: Uint8Array,
    account: GatewayAccount | undefined,
    now: number,
  ): DropReason | undefined {
    const client = mappingOf(ipv6, DESTINATION);
    const server = serverOf(ipv6, DESTINATION);
    if (!this.#globalUnicast.has(addressOf(client)) || !this.#globalUnicast.has(server)) {
      return "destination_not_global";
    }
    if (portOf(client) === 0) return "destination_invalid";
    if (client === endpoint(server, TEREDO_PORT) || this.#own.has(addressOf(client))) return "loop";
    if (client === mappingOf(ipv6, SOURCE)) return "loop";
    const isKnown = this.#peers.find(ipv6, DESTINATION)?.isReachable(now) === true;
    return isKnown || (account?.maySearch(now) ?? true) ? undefined : "rate_limited";
  }

  #toNative(ipv6: Uint8Array): DropReason | undefined {
    if (!isGlobalScope(ipv6, DESTINATION)) return "destination_invalid";
    if (this.#own.isEmbeddedIn(ipv6, DESTINATION)) return "loop";
    if (getU16(ipv6, DESTINATION) === PREFIX_6TO4) {
      const router = ipv4Address(getU32(ipv6, DESTINATION + 2));
      if (!this.#globalUnicast.has(router)) return "destination_not_global";
    }
    const isServed = isWithinAny(ipv6, DESTINATION, this.#host.serves);
    return isServed ? undefined : "destination_invalid";
  }

  /** Whether the source is native, or a client that answers another one. */
  #isSource(ipv6: Uint8Array): boolean {
    if (isTeredo(ipv6, SOURCE)) return !this.#own.has(addressOf(mappingOf(ipv6, SOURCE)));
    return isGlobalScope(ipv6, SOURCE) && !this.#own.isEmbeddedIn(ipv6, SOURCE);
  }

  /** Whether a packet may reach a client that has sent nothing through this relay yet. */
  #mayBeFirst(ipv6: Uint8Array): boolean {
    const { unsolicited, serversElsewhere } = this.#config;
    return (unsolicited === true || serversElsewhere === true) && !isTeredo(ipv6, SOURCE);
  }
}

function isTcp(ipv6: Uint8Array): boolean {
  return nextHeaderOf(ipv6) === NextHeader.TCP;
}
