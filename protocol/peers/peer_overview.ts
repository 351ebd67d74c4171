/**
 * The peers of a role, in a snapshot of its state.
 *
 * @module
 */

/** How many peers there are on each path, and some of them. */
export interface PeerOverview<Peer extends { readonly path: string }> {
  /** How many peers are known, by how they are reached. */
  readonly peerCount: Readonly<Record<Peer["path"], number>>;
  /** The known peers: those that the role turned to first, the most recently used one at the top. */
  readonly peers: readonly Peer[];
}

/** What an overview is made of. */
interface OverviewParts<P, Listed extends { readonly path: string }> {
  /** Every path that a peer may have. */
  readonly paths: readonly Listed["path"][];
  pathOf(peer: P): Listed["path"];
  describe(peer: P, path: Listed["path"]): Listed;
}

/**
 * Counts all peers, and describes the first ones.
 *
 * @param listed how many are described at most: to describe one costs many times what counting it does
 */
export function peerOverview<P, Listed extends { readonly path: string }>(
  all: Iterable<P>,
  { paths, pathOf, describe }: OverviewParts<P, Listed>,
  listed: number,
): PeerOverview<Listed> {
  const peerCount = Object.fromEntries(paths.map((path) => [path, 0])) as Record<
    Listed["path"],
    number
  >;
  const peers: Listed[] = [];
  for (const peer of all) {
    const path = pathOf(peer);
    peerCount[path]++;
    if (peers.length < listed) peers.push(describe(peer, path));
  }
  return { peerCount, peers };
}
