/**
 * A TUN interface as the way to the host.
 *
 * @module
 */

import type { Drained, Watcher } from "../../ffi/waiting.ts";
import type { Tun } from "../../ffi/tun.ts";
import type { HostLink, PacketReceiver } from "./host_link.ts";

/** The most packets of one pass, so that sockets and timers get their turn. */
const PASS = 64;

/** The longest packet of an interface: 40 octets of header, 65,535 of payload. */
const LONGEST_PACKET = 65_575;

/** Reads and writes a TUN interface that a poller waits for. The TUN belongs to the caller. */
export class TunLink implements HostLink {
  readonly #tun: Tun;
  readonly #watcher: Watcher;
  readonly #buffer = new Uint8Array(LONGEST_PACKET);

  constructor(tun: Tun, watcher: Watcher) {
    this.#tun = tun;
    this.#watcher = watcher;
  }

  write(ipv6: Uint8Array): boolean {
    return this.#tun.write(ipv6);
  }

  /** Each packet is written at once. */
  flush(): void {}

  /** It holds nothing. */
  close(): void {}

  run(receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    return this.#watcher.watch(this.#tun.handle, () => this.#drain(receiver), signal);
  }

  /** One pass. */
  #drain(receiver: PacketReceiver): Drained {
    let count = 0;
    try {
      while (count < PASS) {
        const length = this.#tun.read(this.#buffer);
        if (length === 0) break;
        receiver.packet(this.#buffer.subarray(0, length));
        count++;
      }
    } finally {
      // What was read before an error is not to wait until reading works again.
      if (count > 0) receiver.end();
    }
    return count === 0 ? "nothing" : count === PASS ? "more" : "some";
  }
}
