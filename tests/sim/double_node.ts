/**
 * A host with a double of somebody else's Teredo client.
 *
 * @module
 */

import type { Machine } from "../../protocol/machine.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import type { Host } from "./host.ts";
import { Ipv6Stack, type Pingable, type PingOptions } from "./ipv6_stack.ts";
import { MachineRunner } from "./machine_runner.ts";
import type { Ping } from "./ping.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** What a double reports. */
type Qualified = { readonly type: "qualified"; readonly address: Uint8Array };

/** A double: its status is its address. */
export type Double = Machine<"service", Qualified, Uint8Array | undefined>;

/** The double, its host and the host's IPv6. */
export class DoubleNode<M extends Double> implements Pingable {
  readonly host: Host;
  readonly machine: M;
  readonly stack: Ipv6Stack;
  readonly runner: MachineRunner<"service", Qualified, Uint8Array | undefined>;

  constructor(host: Host, service: Endpoint, machine: M, clock: VirtualClock) {
    this.host = host;
    this.machine = machine;
    this.stack = new Ipv6Stack(clock, (ipv6) => this.runner.handlePacket(ipv6));
    this.runner = new MachineRunner<"service", Qualified, Uint8Array | undefined>(clock, {
      host,
      sockets: { service },
      onPacket: (ipv6) => this.stack.receive(ipv6),
      onEvent: ({ address }) => void (this.stack.address = address.slice()),
    });
    this.runner.start(machine);
  }

  get name(): string {
    return this.host.name;
  }

  /** The Teredo address while there is one. */
  get address(): Uint8Array | undefined {
    return this.stack.address;
  }

  /** Pings another node at the address that it has now. */
  ping(target: Pingable, options?: PingOptions): Ping {
    return this.stack.pingNode(target, options);
  }
}
