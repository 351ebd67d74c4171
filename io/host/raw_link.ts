/**
 * The native IPv6 Internet in place of the host: for a server, which only sends there.
 *
 * @module
 */

import type { RawIpv6 } from "../../ffi/raw_ipv6.ts";
import type { HostLink, PacketReceiver } from "./host_link.ts";
import { aborted } from "../run_together.ts";

/** Sends packets through a raw socket, which belongs to the caller. */
export class RawLink implements HostLink {
  readonly #socket: RawIpv6;

  constructor(socket: RawIpv6) {
    this.#socket = socket;
  }

  write(ipv6: Uint8Array): boolean {
    return this.#socket.send(ipv6) === "sent";
  }

  /** Each packet is sent at once. */
  flush(): void {}

  /** Nothing is ever received here. */
  run(_receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    return aborted(signal);
  }
}
