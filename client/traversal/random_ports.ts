/**
 * A UDP port for each peer, for clients behind symmetric NATs, RFC 6081 §5.4.
 *
 * Such a NAT maps every remote endpoint to another external port, and often keeps the number of an
 * internal port that nothing else uses. So the client opens a new port for one peer and tells it
 * the number. If the peer can send there, and this is the first that goes out from there, the two
 * meet.
 *
 *     indirect bubble: "port 50123" -->  peer
 *     port 50123  <-- direct bubble, and its own random port if it has one --  peer
 *     port 50123  -- direct bubble, the first packet from this port -->  peer
 *
 * Where the NAT counts upwards instead, the Echo Test (§5.5) finds out which number the peer is to
 * be told.
 *
 * @module
 */

import { mappingOf } from "../../wire/teredo_address.ts";
import type { ClientPeer } from "../client_peer.ts";
import type { ClientSink, RandomSocket } from "../client_sink.ts";
import {
  CLOSING_DELAY,
  MAX_RANDOM_PORTS,
  MAX_REFRESHES,
  PEER_REFRESH_INTERVAL,
} from "../timing.ts";
import type { Bubbles } from "./bubbles.ts";
import type { OwnNat } from "./own_nat.ts";
import type { RandomPort } from "./random_port.ts";
import type { Way } from "./ways.ts";

/** Opens, advertises, refreshes and closes the random ports of a client. */
export class RandomPorts {
  readonly #nat: OwnNat;
  readonly #bubbles: Bubbles;
  readonly #ports = new Map<ClientPeer, RandomPort>();
  /** Sockets that are no longer needed. They are closed with the next timer, outside of any call. */
  readonly #discarded: RandomSocket[] = [];
  readonly #inUse = new Set<RandomSocket>();
  #next = Infinity;

  constructor(nat: OwnNat, bubbles: Bubbles) {
    this.#nat = nat;
    this.#bubbles = bubbles;
  }

  /**
   * An indirect bubble to a peer is due: behind a port-preserving symmetric NAT, opens a port to
   * advertise in it (§5.4.4.2), unless the peer is trusted, with no proof missing, or has a port.
   */
  prepare(peer: ClientPeer, now: number, sink: ClientSink): void {
    if (!this.#nat.mayBeSymmetric || !this.#nat.keepsPort) return;
    if (peer.isSettled(now) || peer.ownPort !== undefined) return;
    const port = this.open(peer, now, sink);
    if (port !== undefined) port.outside = port.local;
  }

  /** Opens a port for a peer that has none; `undefined` if no more can be opened. */
  open(peer: ClientPeer, now: number, sink: ClientSink): RandomPort | undefined {
    const via = this.#freeSocket();
    if (via === undefined) return undefined;
    const local = sink.open?.(via) ?? 0;
    if (local === 0) return undefined;
    this.#inUse.add(via);
    const dueAt = now + PEER_REFRESH_INTERVAL;
    const { octetsSent } = peer;
    const port = { via, local, outside: undefined, openedAt: now, dueAt, refreshes: 0, octetsSent };
    peer.ownPort = port;
    this.#ports.set(peer, port);
    this.#next = Math.min(this.#next, dueAt);
    return port;
  }

  /** Closes the port of a peer, if there is one. */
  close(peer: ClientPeer): void {
    const port = this.#ports.get(peer);
    if (port === undefined) return;
    this.#ports.delete(peer);
    peer.ownPort = undefined;
    this.#discarded.push(port.via);
    this.#next = -Infinity;
  }

  /**
   * A peer's indirect bubble names its random port. It is believed if none was known, or if the
   * peer has been silent, so that the one known may be gone (§5.4.4.4). Our own port goes with that
   * one; but if it was opened after the peer fell silent, we have just told the peer about it, and
   * if both closed what the other was told, they would not meet.
   */
  hear(peer: ClientPeer, port: number | undefined, now: number): void {
    if (port === undefined || port === 0 || port === peer.randomPort) return;
    if (peer.randomPort !== 0) {
      if (peer.isSettled(now)) return;
      const isFormer = peer.ownPort !== undefined && peer.ownPort.openedAt <= peer.lastReception;
      if (this.#nat.keepsPort && isFormer) this.close(peer);
    }
    peer.randomPort = port;
  }

  /**
   * The way of a bubble besides the one to a peer's address (§5.4.4.3): to its random port and, as
   * soon as the peer has said whether it has one, from ours.
   */
  wayTo(peer: ClientPeer): Way | undefined {
    const { ownPort, randomPlace } = peer;
    const isReady = ownPort?.outside !== undefined && peer.introducedAt >= ownPort.openedAt;
    if (isReady) return { to: randomPlace ?? mappingOf(peer.address), via: ownPort.via };
    if (randomPlace === undefined || this.#nat.isSymmetric) return undefined;
    return { to: randomPlace, via: "service" };
  }

  /**
   * The peer was heard on `peer.via`. Where that is the service port, the random one is closed
   * (§5.4.4.5), after what is on its way there has arrived.
   */
  found(peer: ClientPeer, now: number): void {
    const { ownPort } = peer;
    if (ownPort === undefined || peer.via !== "service") return;
    ownPort.dueAt = Math.min(ownPort.dueAt, now + CLOSING_DELAY);
    this.#next = Math.min(this.#next, ownPort.dueAt);
  }

  /** When {@linkcode handleTimer} is due. */
  nextTimer(): number {
    return this.#next;
  }

  /** Looks after the ports (§5.4.2.1), and closes those discarded. */
  handleTimer(now: number, sink: ClientSink): void {
    if (now < this.#next) return;
    for (const [peer, port] of this.#ports) {
      if (port.dueAt <= now) this.#lookAfter(peer, port, now, sink);
    }
    for (const via of this.#discarded.splice(0)) {
      this.#inUse.delete(via);
      sink.close?.(via);
    }
    this.#next = Infinity;
    for (const { dueAt } of this.#ports.values()) this.#next = Math.min(this.#next, dueAt);
  }

  /**
   * Keeps the mapping of a port in use alive: every 30 seconds without data, a bubble goes out, at
   * most twenty times. A port that no peer was met at is closed, and so is one idle for so long.
   */
  #lookAfter(peer: ClientPeer, port: RandomPort, now: number, sink: ClientSink): void {
    const hasSent = peer.octetsSent > port.octetsSent;
    if (hasSent) port.refreshes = 0;
    if (!peer.isAt(port.via) || port.refreshes >= MAX_REFRESHES) {
      if (peer.isAt(port.via)) peer.distrust();
      return this.close(peer);
    }
    port.octetsSent = peer.octetsSent;
    port.dueAt = now + PEER_REFRESH_INTERVAL;
    // From the last packet on, as NATs and peers count.
    const idleAt = peer.lastTransmission + PEER_REFRESH_INTERVAL;
    if (hasSent && idleAt > now) port.dueAt = idleAt;
    if (hasSent) return;
    port.refreshes++;
    // The peer need not answer, so this does not count as a bubble in vain (RFC 4380 §5.2.6).
    this.#bubbles.sendDirect(peer, peer.place, sink, port.via);
  }

  /**
   * A socket to open. Where all are taken, one that no peer was met at makes room, unless the host
   * waits for its peer. Until the next timer closes that, its name is taken as well.
   */
  #freeSocket(): RandomSocket | undefined {
    if (this.#ports.size >= MAX_RANDOM_PORTS) {
      const inVain = [...this.#ports].find(([peer, { via }]) => !peer.isAt(via) && !peer.isSought);
      if (inVain === undefined) return undefined;
      this.close(inVain[0]);
    }
    for (let number = 0; number < 2 * MAX_RANDOM_PORTS; number++) {
      const via: RandomSocket = `random${number}`;
      if (!this.#inUse.has(via)) return via;
    }
    return undefined;
  }
}
