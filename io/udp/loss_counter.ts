/**
 * Counting what a batched socket does not send or receive.
 *
 * @module
 */

import type { UdpObserver } from "../../ffi/udp_socket.ts";
import type { Counters } from "../counters.ts";

/** Counts in `counters`, each datagram by the reason for its loss. */
export function lossCounter(
  counters: Counters,
): Required<Pick<UdpObserver, "lost" | "unreceived">> {
  return {
    lost(count, code) {
      const reason = code === "EAGAIN" ? "send_backlog" : "send_failed";
      for (let i = 0; i < count; i++) counters.drop(reason);
    },
    unreceived: () => counters.drop("receive_failed"),
  };
}
