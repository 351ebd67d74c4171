/**
 * The way to native IPv6 on macOS: an interface whose packets the kernel forwards.
 *
 * Raw sockets there write the IPv6 header themselves, so a packet with a client's source address
 * cannot leave by one. What comes in by a utun keeps its header, and the kernel forwards it if
 * `net.inet6.ip6.forwarding` is on.
 *
 * @module
 */

import { IPV6_HEADER_LENGTH } from "../../wire/ipv6_header.ts";
import { errnoName } from "../c/errno.ts";
import { errno } from "../c/libc.ts";
import type { RawIpv6, SendResult } from "../raw_ipv6.ts";
import { DarwinInterface } from "./interface.ts";
import { DarwinTun } from "./tun.ts";

/** Sends by its own interface. See {@linkcode RawIpv6} for the contract. */
export class DarwinRawIpv6 implements RawIpv6 {
  readonly #tun: DarwinTun;

  constructor() {
    this.#tun = new DarwinTun("utun%d");
    try {
      prepare(this.#tun);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  send(packet: Uint8Array): SendResult {
    if (packet.length < IPV6_HEADER_LENGTH) return "EINVAL";
    return this.#tun.write(packet) ? "sent" : errnoName(errno());
  }

  close(): void {
    this.#tun.close();
  }
}

/** The interface needs neither an address nor a route: nothing leaves by it. */
function prepare({ name, index }: DarwinTun): void {
  const configuration = new DarwinInterface(name, index);
  try {
    configuration.enableIpv6();
    configuration.bringUp();
  } finally {
    configuration.close();
  }
}
