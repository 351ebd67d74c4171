/**
 * One echo request through a running client.
 *
 * @module
 */

import type { TeredoClient } from "../../../nodes/teredo_client.ts";
import { formatEndpoint } from "../../../wire/endpoint.ts";
import { formatIpv6, isSameIpv6 } from "../../../wire/ipv6_address.ts";
import type { PingReport } from "../status/ping_report.ts";

/**
 * Sends an echo request through the client and waits for the answer. The path is the one that the
 * client knows when the answer arrives, because no other path brings an answer.
 */
export async function pingThrough(
  client: Pick<TeredoClient, "ping" | "status">,
  destination: Uint8Array,
  timeout: number,
): Promise<PingReport> {
  const name = formatIpv6(destination);
  const start = performance.now();
  const outcome = await client.ping(destination, timeout);
  const took = performance.now() - start;
  if (outcome === "not_qualified") {
    const nothing = { roundTrip: null, path: null, mapping: null };
    return { destination: name, outcome, ...nothing };
  }
  const peer = client.status().peers.find((each) => isSameIpv6(each.address, 0, destination));
  return {
    destination: name,
    outcome,
    roundTrip: outcome === "answered" ? Math.round(100 * took) / 100 : null,
    path: peer?.path ?? null,
    mapping: peer?.mapping === undefined ? null : formatEndpoint(peer.mapping),
  };
}
