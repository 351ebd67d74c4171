/**
 * This program's own echo requests, through a machine: those of `teredo ping`.
 *
 * A request enters the machine as if the host had sent it, so it takes the same path as the host's
 * packets. Its answer is recognized on its way to the host, and ends here.
 *
 *      ping --> machine --> sockets          sockets --> machine --> this link --> host
 *                                                                       \-> ping
 *
 * @module
 */

import {
  echoDataOf,
  encodeEcho,
  Icmpv6Type,
  icmpv6TypeOf,
  isEchoReply,
  isIcmpv6,
} from "../../wire/icmpv6.ts";
import { isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, IPV6_HEADER_LENGTH, SOURCE } from "../../wire/ipv6_header.ts";
import { equalArrays, getU32 } from "../../memory/octets.ts";
import { after } from "../../timers.ts";
import type { HostLink, PacketReceiver } from "./host_link.ts";

/** Octets of random data, which distinguish our answers from those for other programs. */
const DATA_LENGTH = 16;

/** Octets of an error message before the packet that it quotes. */
const QUOTED = IPV6_HEADER_LENGTH + 8;

/** The outcome of an echo request. */
export type EchoOutcome = "answered" | "unreachable" | "silent" | "refused";

/** A request that waits for its answer. */
interface Pending {
  readonly destination: Uint8Array;
  readonly data: Uint8Array;
  readonly settle: (outcome: EchoOutcome) => void;
}

/** The way to the host, which catches the answers to our own requests. */
export class EchoLink implements HostLink {
  readonly #host: HostLink;
  readonly #pending = new Set<Pending>();

  constructor(host: HostLink) {
    this.#host = host;
  }

  write(ipv6: Uint8Array): boolean {
    // Nearly always no request is pending, and this costs nothing.
    return (this.#pending.size > 0 && this.#settles(ipv6)) || this.#host.write(ipv6);
  }

  flush(): void {
    this.#host.flush();
  }

  run(receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    return this.#host.run(receiver, signal);
  }

  /**
   * Sends an echo request and waits for its outcome.
   *
   * @param source the machine's own address, 16 octets
   * @param destination 16 octets
   * @param timeout how long to wait for an answer, in milliseconds
   * @param send passes a packet to the machine, as the host would; it returns `false` if the
   * machine did not accept the packet, so that no answer will come
   */
  async ping(
    source: Uint8Array,
    destination: Uint8Array,
    timeout: number,
    send: (ipv6: Uint8Array) => boolean,
  ): Promise<EchoOutcome> {
    const data = crypto.getRandomValues(new Uint8Array(DATA_LENGTH));
    const label = getU32(data, 0);
    const { promise, resolve } = Promise.withResolvers<EchoOutcome>();
    const pending: Pending = { destination: destination.slice(), data, settle: resolve };
    const cancel = after(timeout, () => resolve("silent"));
    this.#pending.add(pending);
    try {
      const request = encodeEcho({
        type: Icmpv6Type.ECHO_REQUEST,
        source,
        destination,
        identifier: label >>> 16,
        sequence: label & 0xffff,
        data,
      });
      return send(request) ? await promise : "refused";
    } finally {
      cancel();
      this.#pending.delete(pending);
    }
  }

  #settles(ipv6: Uint8Array): boolean {
    for (const pending of this.#pending) {
      const outcome = outcomeOf(ipv6, pending);
      if (outcome === undefined) continue;
      pending.settle(outcome);
      return true;
    }
    return false;
  }
}

/** What a packet for the host says about a request; `undefined` if it is about something else. */
function outcomeOf(ipv6: Uint8Array, { destination, data }: Pending): EchoOutcome | undefined {
  if (isEchoReply(ipv6)) {
    const isOurs = isSameIpv6(ipv6, SOURCE, destination) && equalArrays(echoDataOf(ipv6), data);
    return isOurs ? "answered" : undefined;
  }
  if (!isIcmpv6(ipv6) || icmpv6TypeOf(ipv6) >= Icmpv6Type.ECHO_REQUEST) return undefined;
  const request = ipv6.subarray(QUOTED);
  if (request.length < IPV6_HEADER_LENGTH + 8 + data.length) return undefined;
  const isOurs = isSameIpv6(request, DESTINATION, destination) &&
    equalArrays(echoDataOf(request), data);
  return isOurs ? "unreachable" : undefined;
}
