/**
 * The native IPv6 Internet in place of the host: for a server, which only sends there.
 *
 * @module
 */

import type { RawIpv6, SendResult } from "../../ffi/raw_ipv6.ts";
import { aborted } from "../run_together.ts";
import type { SystemErrors } from "../system_errors.ts";
import type { HostLink, PacketReceiver } from "./host_link.ts";

/** What stops a packet because of where it goes: anybody can cause that. */
const OF_DESTINATION: ReadonlySet<SendResult> = new Set<SendResult>([
  ...["EACCES", "EADDRNOTAVAIL", "EHOSTUNREACH", "EINVAL", "EMSGSIZE", "ENETUNREACH"] as const,
]);

/** Sends packets through a raw socket, which belongs to the caller. */
export class RawLink implements HostLink {
  readonly #socket: RawIpv6;
  readonly #errors: SystemErrors;

  /** @param errors takes what stops packets */
  constructor(socket: RawIpv6, errors: SystemErrors) {
    this.#socket = socket;
    this.#errors = errors;
  }

  write(ipv6: Uint8Array): boolean {
    const result = this.#socket.send(ipv6);
    if (result === "sent") return true;
    if (OF_DESTINATION.has(result)) this.#errors.failedQuietly("sendto", result);
    else this.#errors.failed("sendto", result);
    return false;
  }

  /** Each packet is sent at once. */
  flush(): void {}

  /** Nothing is ever received here. */
  run(_receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    return aborted(signal);
  }
}
