/**
 * A Teredo relay between the simulated IPv4 Internet and the native IPv6 Internet.
 *
 * @module
 */

import { Relay, type RelayEvent, type RelaySocket } from "../../relay/relay.ts";
import type { RelayConfig } from "../../relay/relay_config.ts";
import type { RelayStatus } from "../../relay/relay_status.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { TEREDO_PREFIX } from "../../wire/teredo_address.ts";
import type { Host } from "./host.ts";
import { MachineRunner } from "./machine_runner.ts";
import type { Ipv6Node, NativeInternet } from "./native_internet.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** A host that runs a relay and advertises 2001::/32. */
export class RelayNode implements Ipv6Node {
  readonly host: Host;
  readonly runner: MachineRunner<RelaySocket, RelayEvent, RelayStatus>;
  readonly #native: NativeInternet;
  readonly #config: RelayConfig;

  /** @param service the relay's socket, at an address of `host` */
  constructor(
    host: Host,
    service: Endpoint,
    config: RelayConfig,
    native: NativeInternet,
    clock: VirtualClock,
  ) {
    this.host = host;
    this.#native = native;
    this.#config = config;
    this.runner = new MachineRunner<RelaySocket, RelayEvent, RelayStatus>(clock, {
      host,
      sockets: { service },
      onPacket: (ipv6) => native.send(ipv6, host.name),
    });
    this.returnToLife();
  }

  get name(): string {
    return this.host.name;
  }

  receivePacket(ipv6: Uint8Array): void {
    this.runner.handlePacket(ipv6);
  }

  /** The power fails, and the route is gone. */
  die(): void {
    this.host.hasPower = false;
    this.runner.stop();
    this.#native.withdraw(TEREDO_PREFIX);
  }

  /** The power is back; what the relay knew is not. It takes the route of any other relay. */
  returnToLife(): void {
    this.host.hasPower = true;
    this.runner.start(new Relay(this.#config));
    this.#native.advertise(TEREDO_PREFIX, this);
  }
}
