/**
 * The contract that the machines of client, server and relay share.
 *
 * @module
 */

export * from "./drop_reason.ts";
export * from "./machine.ts";
export type { PeerEvent, PeerStanding } from "./peers/peer_search.ts";
export * from "./random.ts";
export type { Rate } from "./token_bucket.ts";
