/**
 * The constants of RFC 4380 that several roles use, by the RFC's names. Times are in milliseconds.
 * What only a client needs is in `client/timing.ts`.
 *
 * @module
 */

import { ipv4Address } from "../wire/ipv4_address.ts";

/** The UDP port of Teredo servers, §2.7. */
export const TEREDO_PORT = 3544;

/** 224.0.0.253, the IPv4 group of local client discovery, §2.17. */
export const DISCOVERY_GROUP = ipv4Address(0xe00000fd);

/** How long after its last packet a peer counts as reachable, §5.2.4. */
export const PEER_VALIDITY = 30_000;

/** No bubble sooner than this after the last transmission to the peer, §5.2.6. */
export const BUBBLE_SPACING = 2_000;

/** No more than {@linkcode MAX_BUBBLES} bubbles without an answer in this time, §5.2.6. */
export const BUBBLE_WINDOW = 300_000;

/** See {@linkcode BUBBLE_WINDOW}. */
export const MAX_BUBBLES = 4;

/**
 * How long a silent peer is remembered at least. The RFC sets no limit; after this, its bubbles count
 * no longer, and a NAT has forgotten it.
 */
export const PEER_LIFETIME = 2 * BUBBLE_WINDOW;

/** How long a TCP connection through a gateway is remembered without a packet, RFC 5382 REQ-5. */
export const TCP_FLOW_VALIDITY = 7_440_000;

/**
 * The wait for an answer to a bubble or connectivity test, §5.2.4: two seconds, and a little more,
 * or the spacing rule of §5.2.6 would eat the repeat.
 */
export const ATTEMPT_TIMEOUT = BUBBLE_SPACING + 20;

/** Bubbles or connectivity tests sent before a destination counts as unreachable, §5.2.4. */
export const MAX_ATTEMPTS = 4;

/** The MTU of a Teredo link, §5.1.2. */
export const TEREDO_MTU = 1280;

/**
 * Octets that wait for one peer at most: about what a flow sends before it has an answer. A hundred
 * full packets are more than twice QUIC's or TCP's initial window, and more than half of what a
 * socket's send buffer holds by default on Linux. RFC 4380 §5.2.4 only says that the queue is
 * bounded.
 */
export const QUEUE_PER_PEER = 100 * TEREDO_MTU;

/**
 * Connections that one client of a gateway may have open unless told otherwise. A browser has some
 * dozens.
 */
export const CLIENT_FLOWS = 1024;
