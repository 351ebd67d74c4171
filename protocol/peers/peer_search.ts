/**
 * Finding the way to peers: which are known, which are being looked for, and what waits for them.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";
import { type AddressHash, randomAddressHash } from "../address_hash.ts";
import { AnswerDeadlines } from "./answer_deadlines.ts";
import { BUBBLE_SPACING, MAX_ATTEMPTS } from "../constants.ts";
import type { Sink } from "../machine.ts";
import type { Peer } from "./peer.ts";
import { type PeerEntry, PeerTable } from "./peer_table.ts";
import { PacketStore } from "./packet_store.ts";
import { QueueBudget } from "./queue_budget.ts";
import type { Random } from "../random.ts";

/** What is reported of peers. */
export type PeerEvent =
  /** A peer can be reached at `mapping`: its own, or its relay's. */
  | { readonly type: "peer_reached"; readonly peer: Uint8Array; readonly mapping: Endpoint }
  /** A peer did not answer. */
  | { readonly type: "peer_unreachable"; readonly peer: Uint8Array };

/** Where the effects of a search go. */
export type PeerSink = Sink<"service", PeerEvent>;

/** Called for each packet that waited for a peer in vain. */
export type UndeliverableHandler<S extends PeerSink = PeerSink> = (
  packet: Uint8Array,
  now: number,
  sink: S,
) => void;

/** How matters stand with a peer. */
export type PeerStanding =
  /** Packets go straight to it. */
  | "reachable"
  /** An answer of it is being waited for. */
  | "searching"
  /** Nothing has passed for a while. The next packet to it starts a search. */
  | "idle"
  /** It did not answer when it was last looked for. The next packet to it starts another search. */
  | "unreachable";

/** How much a search may keep. */
interface SearchLimits {
  /** How many peers are known at most, and how many of them may be strangers; any by default. */
  readonly maxPeers: number;
  readonly maxStrangers?: number;
  /** Octets that wait for one peer at most. */
  readonly queuePerPeer: number;
  /** Octets that wait for all peers together at most. */
  readonly queueTotal: number;
  /** Whether packets come from many sources, none of which may take more than its share of that. */
  readonly hasManySources: boolean;
}

/** How many silent peers are forgotten for each new one. */
const SILENT_PER_NEW = 2;

/**
 * The peers of a role and the searches for those that cannot be reached at the moment.
 *
 * @typeParam P what is kept of a peer
 * @typeParam S where the effects go
 */
export abstract class PeerSearch<P extends Peer, S extends PeerSink = PeerSink> {
  readonly peers: PeerTable<P>;
  /** A hash of addresses that nobody else can compute. */
  readonly hash: AddressHash;
  readonly #waiting: PacketStore;
  readonly #deadlines: AnswerDeadlines;

  /** @param Entry what is kept of a peer */
  constructor(Entry: PeerEntry<P>, limits: SearchLimits, random: Random) {
    if (!Number.isSafeInteger(limits.maxPeers) || limits.maxPeers < 1) {
      throw new RangeError(`maxPeers must be a whole number, at least 1, not ${limits.maxPeers}`);
    }
    this.hash = randomAddressHash(random);
    this.peers = new PeerTable(Entry, limits.maxPeers, this.hash, limits.maxStrangers);
    this.#deadlines = new AnswerDeadlines(limits.maxPeers);
    const { queuePerPeer, queueTotal, hasManySources } = limits;
    const hash = hasManySources ? this.hash : undefined;
    this.#waiting = new PacketStore(new QueueBudget(queuePerPeer, queueTotal, hash));
  }

  /**
   * Sends something that should make the peer answer.
   *
   * @returns whether an answer may come
   */
  protected abstract attempt(peer: P, now: number, sink: S): boolean;

  /** `packet` waited for a peer in vain. */
  protected abstract undeliverable(packet: Uint8Array, now: number, sink: S): void;

  /** Forgets all peers and their queues. */
  clear(): void {
    for (const peer of this.peers) this.forget(peer);
  }

  /** The peer with the address at `offset`; a new entry if there is none. */
  entry(bytes: Uint8Array, offset: number, now: number): P {
    const known = this.peers.use(bytes, offset);
    if (known !== undefined) return known;
    const { expendable } = this.peers;
    if (expendable !== undefined) this.forget(expendable);
    this.#forgetSilent(now);
    return this.peers.add(bytes, offset, now);
  }

  /** Forgets peers long silent, faster than new ones come: their number follows the traffic. */
  #forgetSilent(now: number): void {
    for (let i = 0; i < SILENT_PER_NEW; i++) {
      const silent = this.peers.longSilent(now);
      if (silent === undefined) return;
      if (silent.isNeeded(now)) this.peers.spare(silent);
      else this.forget(silent);
    }
  }

  /** Whether the search for the peer waits for an answer. */
  isSearching(peer: P): boolean {
    return this.#deadlines.has(peer.index);
  }

  /** How matters stand with a peer. */
  standingOf(peer: P, now: number): PeerStanding {
    if (peer.isReachable(now)) return "reachable";
    const mayStillAnswer = !peer.isTrusted && now - peer.lastTransmission < BUBBLE_SPACING;
    if (this.isSearching(peer) || mayStillAnswer) return "searching";
    return peer.isTrusted || peer.attempts === 0 ? "idle" : "unreachable";
  }

  /**
   * Queues a packet for its peer and looks for the peer.
   *
   * @returns whether there was room for the packet
   */
  await(peer: P, packet: Uint8Array, now: number, sink: S): boolean {
    const isQueued = peer.enqueue(packet, this.#waiting);
    this.begin(peer, now, sink);
    return isQueued;
  }

  /** Begins to look for a peer, unless that is under way. */
  begin(peer: P, now: number, sink: S): void {
    if (this.#deadlines.has(peer.index)) return;
    const { attempts } = peer;
    peer.attempts = 0;
    // A peer that was not heard for long must prove again where it is.
    if (!peer.isReachable(now)) peer.distrust();
    if (this.attempt(peer, now, sink)) {
      this.#deadlines.await(peer.index, now);
    } else {
      // Nothing went out, so the last search is the one that says how matters stand.
      peer.attempts = attempts;
      this.giveUp(peer, now, sink);
    }
  }

  /** The peer answered: it is at `mapping`, and what waited for it goes out, oldest first. */
  found(peer: P, mapping: Endpoint, now: number, sink: S): void {
    const isNews = !peer.isReachable(now) || peer.mapping !== mapping;
    peer.trust(mapping, now);
    if (isNews) sink.event({ type: "peer_reached", peer: peer.address, mapping });
    this.sendQueue(peer, now, sink);
  }

  /** Sends a peer that was found what waited for it, oldest first. */
  protected sendQueue(peer: P, now: number, sink: S): void {
    for (const packet of this.endSearch(peer)) {
      peer.sent(packet.length, now);
      sink.datagram(peer.mapping, "service", packet);
    }
  }

  /** Waits for a peer no longer, and returns what waited for it, oldest first. */
  protected endSearch(peer: P): Uint8Array[] {
    this.#deadlines.end(peer.index);
    return peer.takeQueue();
  }

  /** When {@linkcode handleTimer} is due. */
  nextTimer(): number {
    return this.#deadlines.next();
  }

  /** Repeats attempts that were not answered, or gives up. */
  handleTimer(now: number, sink: S): void {
    const due = this.#deadlines.takeDue(now).map((index) => this.peers.at(index)!);
    for (const peer of due) {
      // It made room for a peer that a sink's owner asked for on hearing of the one before.
      if (peer.index >= 0) this.repeat(peer, now, sink);
    }
  }

  /** The next attempt of the search for a peer, or its end after the last one. */
  protected repeat(peer: P, now: number, sink: S): void {
    if (peer.attempts < MAX_ATTEMPTS && this.attempt(peer, now, sink)) {
      this.#deadlines.await(peer.index, now);
    } else {
      this.#deadlines.end(peer.index);
      sink.event({ type: "peer_unreachable", peer: peer.address });
      this.giveUp(peer, now, sink);
    }
  }

  /** The peer cannot be found. The next packet for it starts another search. */
  protected giveUp(peer: P, now: number, sink: S): void {
    for (const packet of peer.takeQueue()) {
      sink.drop("peer_unreachable");
      this.undeliverable(packet, now, sink);
    }
  }

  /** Forgets a peer and what waits for it. */
  protected forget(peer: P): void {
    this.#deadlines.end(peer.index);
    peer.clearQueue();
    this.peers.remove(peer);
  }
}
