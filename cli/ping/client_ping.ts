/**
 * One echo request of a client's own.
 *
 * @module
 */

import type { ClientStatus } from "../../client/client_status.ts";
import type { EchoLink } from "../../io/echo.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { formatIpv6, isSameIpv6 } from "../../wire/ipv6_address.ts";
import type { PingReport } from "./ping_report.ts";

/** What a ping needs of a client. */
export interface PingingClient {
  readonly link: EchoLink;
  status(): ClientStatus;
  /** Takes a packet as from the host. */
  send(ipv6: Uint8Array): void;
}

/**
 * Sends an echo request through the client and waits for the answer. The path is the one that the client
 * knows when the answer is there: an answer arrives by no other.
 */
export async function pingThrough(
  { link, status, send }: PingingClient,
  destination: Uint8Array,
  patience: number,
): Promise<PingReport> {
  const name = formatIpv6(destination);
  const { address } = status();
  if (address === undefined) {
    const nothing = { roundTrip: null, path: null, mapping: null };
    return { destination: name, outcome: "not_qualified", ...nothing };
  }
  const start = performance.now();
  const outcome = await link.ping(address, destination, patience, send);
  const took = performance.now() - start;
  const peer = status().peers.find((each) => isSameIpv6(each.address, 0, destination));
  return {
    destination: name,
    outcome,
    roundTrip: outcome === "answered" ? Math.round(100 * took) / 100 : null,
    path: peer?.path ?? null,
    mapping: peer?.mapping === undefined ? null : formatEndpoint(peer.mapping),
  };
}
