/**
 * A server with a relay that is a gateway, and the host's kernel around it.
 *
 *     clients <-- UDP --> [ server + relay ] <-- TUN --> [ kernel: forwards, source NAT ] <--> native
 *
 * @module
 */

import type { ServerAddresses } from "../../client/client_config.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { Relay, type RelayEvent } from "../../relay/relay.ts";
import type { RelayConfig } from "../../relay/relay_config.ts";
import type { RelayStatus } from "../../relay/relay_status.ts";
import type { ServerConfig, ServerSocket } from "../../server/server_config.ts";
import type { ServerEvent } from "../../server/server_event.ts";
import { ServerWithRelay, type ServerWithRelayStatus } from "../../server/server_with_relay.ts";
import { endpoint } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { formatIpv6, isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, SOURCE } from "../../wire/ipv6_header.ts";
import { isTeredo } from "../../wire/teredo_address.ts";
import type { Host } from "./host.ts";
import { Ipv6Stack } from "./ipv6_stack.ts";
import { MachineRunner } from "./machine_runner.ts";
import { Nat66 } from "./nat66.ts";
import type { Ipv6Node, NativeInternet } from "./native_internet.ts";
import type { VirtualClock } from "./virtual_clock.ts";

type GatewayEvent = ServerEvent | RelayEvent;
type GatewayStatus = ServerWithRelayStatus<RelayStatus>;

/** What a gateway is told. */
interface GatewayNodeConfig {
  readonly server: ServerConfig;
  readonly relay: RelayConfig;
  /** The host's IPv6 address, 16 octets. */
  readonly address: Uint8Array;
}

/** A host that runs a gateway. */
export class GatewayNode implements Ipv6Node {
  readonly host: Host;
  readonly addresses: ServerAddresses;
  readonly address: Uint8Array;
  readonly runner: MachineRunner<ServerSocket, GatewayEvent, GatewayStatus>;
  /** The services of the host itself: it answers pings. */
  readonly stack: Ipv6Stack;
  /** Packets that the kernel's rules refused. */
  refused = 0;
  readonly #clock: VirtualClock;
  readonly #native: NativeInternet;
  readonly #config: GatewayNodeConfig;
  #nat: Nat66;
  /** Native hosts that began with clients, each with its client. */
  readonly #callers = new Set<string>();

  constructor(host: Host, config: GatewayNodeConfig, native: NativeInternet, clock: VirtualClock) {
    const { primary, secondary } = config.server;
    this.host = host;
    this.address = config.address;
    // Clients look for the second address right behind the first, as they do by default.
    this.addresses = { primary, secondary: secondary ?? ipv4Address(primary + 1) };
    this.#clock = clock;
    this.#native = native;
    this.#config = config;
    this.#nat = new Nat66(config.address);
    this.stack = new Ipv6Stack(clock, (ipv6) => this.#route(ipv6));
    this.stack.address = config.address;
    this.runner = new MachineRunner<ServerSocket, GatewayEvent, GatewayStatus>(clock, {
      host,
      sockets: {
        primary: endpoint(primary, TEREDO_PORT),
        ...secondary !== undefined && { secondary: endpoint(secondary, TEREDO_PORT) },
      },
      bulkVia: "primary",
      onPacket: (ipv6) => this.#later(ipv6, (packet) => this.#fromTun(packet)),
    });
    native.attach(config.address, this);
    this.returnToLife();
  }

  get name(): string {
    return this.host.name;
  }

  get status(): GatewayStatus {
    return this.runner.status()!;
  }

  /** The power fails. */
  die(): void {
    this.host.hasPower = false;
    this.runner.stop();
  }

  /** The process and the kernel start anew: flows are forgotten. */
  returnToLife(): void {
    this.host.hasPower = true;
    const { server, relay } = this.#config;
    this.#nat = new Nat66(this.address);
    this.runner.start(new ServerWithRelay<RelayEvent, RelayStatus>(server, new Relay(relay)));
  }

  /**
   * From the native Internet. A packet that answers nothing goes no further than to the host
   * itself, unless native hosts may begin.
   */
  receivePacket(ipv6: Uint8Array): void {
    if (!this.host.hasPower) return;
    const answer = this.#nat.inbound(ipv6);
    if (answer !== undefined) return this.#route(answer);
    if (isSameIpv6(ipv6, DESTINATION, this.address)) return this.stack.receive(ipv6);
    if (!this.#config.relay.gateway?.unsolicited) return void this.refused++;
    this.#callers.add(pairOf(ipv6, SOURCE, DESTINATION));
    this.#route(ipv6);
  }

  #fromTun(ipv6: Uint8Array): void {
    const answer = this.#nat.inbound(ipv6);
    if (answer !== undefined) return this.#route(answer);
    if (isSameIpv6(ipv6, DESTINATION, this.address)) return this.stack.receive(ipv6);
    // What answers a native host that began is not translated.
    if (this.#callers.has(pairOf(ipv6, DESTINATION, SOURCE))) return this.#route(ipv6);
    const leaving = isTeredo(ipv6, SOURCE) ? this.#nat.outbound(ipv6) : undefined;
    if (leaving === undefined) this.refused++;
    else this.#route(leaving);
  }

  #route(ipv6: Uint8Array): void {
    if (isSameIpv6(ipv6, DESTINATION, this.address)) return this.stack.receive(ipv6);
    if (!isTeredo(ipv6, DESTINATION)) return this.#native.send(ipv6, this.name);
    this.#later(ipv6, (packet) => this.runner.handlePacket(packet));
  }

  /** Like a kernel, not from within the call that brought the packet. */
  #later(ipv6: Uint8Array, step: (packet: Uint8Array) => void): void {
    const packet = ipv6.slice();
    this.#clock.after(0, () => step(packet));
  }
}

function pairOf(ipv6: Uint8Array, host: number, client: number): string {
  return `${formatIpv6(ipv6, host)} ${formatIpv6(ipv6, client)}`;
}
