/**
 * Echo requests for people.
 *
 *     Answer from 2001:0:5301:101::2 in 12.3 ms, direct (83.1.2.2:4096)
 *     No answer from 2001:db8::1 within 2 s: it has not been found yet
 *
 * @module
 */

import { isReached, type PeerWay } from "../../client/client_status.ts";
import { formatDuration } from "../text/duration.ts";
import type { PingReport } from "../daemon/status/ping_report.ts";

/** One request, in a line. */
export function pingText(report: PingReport, timeout: number): string {
  const { destination, outcome, roundTrip } = report;
  switch (outcome) {
    case "answered":
      return `Answer from ${destination} in ${roundTrip} ms, ${wayText(report)}`;
    case "silent":
      return `No answer from ${destination} within ${formatDuration(timeout)}: ${doubt(report)}`;
    case "unreachable":
      return `${destination} cannot be reached: ${obstacle(report)}`;
    case "refused":
      return `Nothing was sent to ${destination}: it is the client's own address, or not a public one`;
    case "not_qualified":
      return "Nothing was sent: the client has no address";
  }
}

/** All requests, in a line. */
export function summaryText(reports: readonly PingReport[]): string {
  const times = reports.flatMap(({ roundTrip }) => roundTrip ?? []).sort((one, other) =>
    one - other
  );
  const count = `${times.length} of ${reports.length} answered`;
  if (times.length === 0) return count;
  const median = times[times.length >> 1]!;
  return `${count}; at least ${times[0]} ms, half within ${median} ms, at most ${times.at(-1)} ms`;
}

function wayText({ path, mapping }: PingReport): string {
  const at = mapping === null ? "" : ` (${mapping})`;
  if (path === null || !isReached(path)) return "over a path that the client no longer knows";
  return `${WAYS[path]}${at}`;
}

const WAYS: Readonly<Record<PeerWay, string>> = {
  "direct": "direct",
  "nonce": "direct through a symmetric NAT",
  "mapped_port": "direct through a mapped port",
  "random_port": "direct through a random port",
  "echo_test": "direct through a port that the Echo Test found",
  "local": "on the local network",
  "relay": "through its relay",
  "gateway": "through the gateway",
};

/** Why the destination cannot be reached, as far as the client knows. */
function obstacle({ path }: PingReport): string {
  return isFound(path) ? "a router on the path says so" : "it did not answer the search for it";
}

/** Why there may be no answer, as far as the client knows. */
function doubt({ path, mapping }: PingReport): string {
  return isFound(path)
    ? `it was found (${path?.replaceAll("_", " ")}, ${mapping}), but does not answer pings`
    : "it has not been found yet";
}

/** Whether the client knows how to reach the destination. */
function isFound(path: PingReport["path"]): boolean {
  return path !== null && isReached(path);
}
