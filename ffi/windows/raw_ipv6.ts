/**
 * The way to native IPv6 on Windows: an interface whose packets Windows forwards.
 *
 * Windows sends no packet with a foreign source address from a raw socket. What comes in by an
 * interface keeps its header, and Windows forwards it if both that interface and the one that leads
 * on have forwarding switched on.
 *
 * @module
 */

import { IPV6_HEADER_LENGTH } from "../../wire/ipv6_header.ts";
import type { RawIpv6, SendResult } from "../raw_ipv6.ts";
import { WindowsInterface } from "./interface.ts";
import { WindowsTun } from "./tun.ts";

/** The interface's name. */
const NAME = "teredo-native%d";

/** Sends by its own interface. See {@linkcode RawIpv6} for the contract. */
export class WindowsRawIpv6 implements RawIpv6 {
  readonly #tun: WindowsTun;

  constructor() {
    this.#tun = new WindowsTun(NAME);
    try {
      // It needs neither an address nor a route: nothing leaves by it.
      new WindowsInterface(this.#tun.name, this.#tun.index).bringUp(true);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  send(packet: Uint8Array<ArrayBuffer>): SendResult {
    if (packet.length < IPV6_HEADER_LENGTH) return "EINVAL";
    return this.#tun.write(packet) ? "sent" : "ENOBUFS";
  }

  close(): void {
    this.#tun.close();
  }
}
