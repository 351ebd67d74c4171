/**
 * The ways through NATs that a client's configuration allows, and what they have in common: each
 * starts over with a new address, is told which peers were found, and has timers.
 *
 * @module
 */

import type { ClientConfig } from "../client_config.ts";
import type { ClientPeer } from "../client_peer.ts";
import type { ClientSink } from "../client_sink.ts";
import { extensionsOf } from "../extensions.ts";
import type { Qualification } from "../qualification/qualification.ts";
import { AlternateAddresses } from "./alternate_addresses.ts";
import { Bubbles } from "./bubbles.ts";
import { EchoTests } from "./echo_tests.ts";
import { MappedPort } from "./mapped_port.ts";
import type { OwnNat } from "./own_nat.ts";
import { RandomPorts } from "./random_ports.ts";

/** The ways through NATs of one client. Those of RFC 6081 that are turned off are `undefined`. */
export class Traversal {
  readonly bubbles: Bubbles;
  readonly alternates: AlternateAddresses;
  readonly mappedPort: MappedPort | undefined;
  readonly randomPorts: RandomPorts | undefined;
  readonly echoTests: EchoTests | undefined;

  constructor(config: ClientConfig, nat: OwnNat, qualification: Qualification) {
    const extensions = extensionsOf(config.extensions);
    this.alternates = new AlternateAddresses(nat, config);
    this.bubbles = new Bubbles(config.random, this.alternates, extensions.has("symmetric"));
    if (extensions.has("mapped-port")) this.mappedPort = new MappedPort(nat, this.alternates);
    if (extensions.has("port-preserving")) {
      this.randomPorts = new RandomPorts(nat, this.bubbles);
      if (extensions.has("sequential")) {
        this.echoTests = new EchoTests(nat, qualification, this.randomPorts, this.bubbles);
      }
    }
  }

  /** The client has another Teredo address, or none. */
  useAddress(address: Uint8Array | undefined): void {
    this.bubbles.self = this.alternates.self = address;
    this.echoTests?.reset();
  }

  /** A peer was heard on the socket `peer.via`. */
  found(peer: ClientPeer, now: number): void {
    this.randomPorts?.found(peer, now);
    if (peer.via === "service") this.echoTests?.cancel(peer);
  }

  /** A peer is forgotten. */
  forget(peer: ClientPeer): void {
    this.echoTests?.cancel(peer);
    this.randomPorts?.close(peer);
  }

  /** When {@linkcode handleTimer} is due. */
  nextTimer(): number {
    return Math.min(
      this.randomPorts?.nextTimer() ?? Infinity,
      this.echoTests?.nextTimer() ?? Infinity,
    );
  }

  /** Repeats or ends tests, and looks after ports. */
  handleTimer(now: number, sink: ClientSink): void {
    this.echoTests?.handleTimer(now, sink);
    this.randomPorts?.handleTimer(now, sink);
  }
}
