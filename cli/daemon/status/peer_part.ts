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

/**
 * How many peers, and accounts of a gateway, a report lists, because a relay may have tens of
 * thousands. What a node describes for a report is to stay within this.
 */
export const LISTED = 1000;

const NO_PEERS = Object.fromEntries(PEER_PATHS.map((path) => [path, 0])) as Readonly<
  Record<PeerPath, number>
>;

/** The peers of a client or relay, counted and listed. */
export function peersPart(
  { peerCount, peers }: {
    /** Of the paths that the role knows. */
    readonly peerCount: Readonly<Partial<Record<PeerPath, number>>>;
    readonly peers: readonly PeerStatus[];
  } = { peerCount: {}, peers: [] },
): Pick<RolePart, "peerCount" | "peers"> {
  return { peerCount: { ...NO_PEERS, ...peerCount }, peers: peers.map(peerPart) };
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
