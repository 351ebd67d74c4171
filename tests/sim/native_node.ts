/**
 * A host with native IPv6.
 *
 * @module
 */

import { Ipv6Stack, type Pingable, type PingOptions } from "./ipv6_stack.ts";
import type { Ipv6Node, NativeInternet } from "./native_internet.ts";
import type { Ping } from "./ping.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** Answers echo requests, and pings. */
export class NativeNode implements Ipv6Node {
  readonly name: string;
  /** 16 octets. */
  readonly address: Uint8Array;
  readonly stack: Ipv6Stack;

  constructor(name: string, address: Uint8Array, native: NativeInternet, clock: VirtualClock) {
    this.name = name;
    this.address = address;
    this.stack = new Ipv6Stack(clock, (ipv6) => native.send(ipv6, name));
    this.stack.address = address;
    native.attach(address, this);
  }

  /** Pings another node at the address that it has now. */
  ping(target: Pingable, options?: PingOptions): Ping {
    return this.stack.pingNode(target, options);
  }

  receivePacket(ipv6: Uint8Array): void {
    this.stack.receive(ipv6);
  }
}
