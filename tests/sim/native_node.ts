/**
 * A host with native IPv6.
 *
 * @module
 */

import { Ipv6Stack } from "./ipv6_stack.ts";
import type { Ipv6Node, NativeInternet } from "./native_internet.ts";
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

  receivePacket(ipv6: Uint8Array): void {
    this.stack.receive(ipv6);
  }
}
