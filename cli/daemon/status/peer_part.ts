/**
 * Peers in a report.
 *
 * @module
 */

import { PEER_PATHS, type PeerPath, type PeerStatus } from "../../../client/client_status.ts";
import { PEER_VALIDITY } from "../../../protocol/constants.ts";
import { formatEndpoint } from "../../../wire/endpoint.ts";
import { formatIpv6 } from "../../../wire/ipv6_address.ts";
import type { PeerPart, RolePart } from "./status_report.ts";

/** How many peers are listed, because a relay may have tens of thousands. */
const MAX_LISTED = 1000;

/** The peers of a client or relay, counted and listed. */
export function peersPart(peers: readonly PeerStatus[]): Pick<RolePart, "peerCount" | "peers"> {
  const none = PEER_PATHS.map((path) => [path, 0]);
  const peerCount: Record<PeerPath, number> = Object.fromEntries(none);
  for (const { path } of peers) peerCount[path]++;
  return { peerCount, peers: peers.slice(0, MAX_LISTED).map(peerPart) };
}

function peerPart(peer: PeerStatus): PeerPart {
  const { address, path, mapping, heardAgo, octetsSent, octetsReceived } = peer;
  // A new entry counts as last heard when it would have ended, RFC 4380 §5.2.3.
  const wasHeard = octetsReceived > 0 || mapping !== undefined || heardAgo < PEER_VALIDITY;
  return {
    address: formatIpv6(address),
    path,
    mapping: mapping === undefined ? null : formatEndpoint(mapping),
    age: wasHeard ? Math.round(heardAgo) : null,
    bytesSent: octetsSent,
    bytesReceived: octetsReceived,
  };
}
