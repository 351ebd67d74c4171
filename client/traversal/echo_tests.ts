/**
 * The Echo Test, RFC 6081 §5.5: behind a symmetric NAT that counts its ports upwards, it finds the
 * external number of the port that a peer is to send to.
 *
 *     random port -- solicitation -->  primary address      advertisement: external port 1200
 *     random port -- direct bubble -->  peer                 not seen by anybody: 1201
 *     random port -- solicitation -->  secondary address    advertisement: external port 1202
 *
 * The peer learns the port between the two from an indirect bubble, which waits for the test.
 *
 * @module
 */

import type { DropReason } from "../../protocol/drop_reason.ts";
import { type Endpoint, portOf } from "../../wire/endpoint.ts";
import { mappingOf } from "../../wire/teredo_address.ts";
import type { TeredoPacket } from "../../wire/teredo_packet.ts";
import type { ClientPeer } from "../client_peer.ts";
import type { ClientSink, ClientSocket } from "../client_sink.ts";
import type { Qualification } from "../qualification/qualification.ts";
import type { Solicitation } from "../qualification/solicitation.ts";
import { ECHO_TEST_TIMEOUT, MAX_ECHO_TESTS } from "../timing.ts";
import type { Bubbles } from "./bubbles.ts";
import { isCounting, type OwnNat } from "./own_nat.ts";
import type { RandomPort } from "./random_port.ts";
import type { RandomPorts } from "./random_ports.ts";

/** A test under way. */
interface EchoTest {
  readonly port: RandomPort;
  /** What was sent to the primary address, and to the secondary one. */
  readonly solicitations: readonly [lower: Solicitation, upper: Solicitation];
  /** The external ports that the two saw; `undefined` until they answer. */
  readonly seen: [lower: number | undefined, upper: number | undefined];
  /** How many tests have begun for the peer: the Echo Test Retry Counter. */
  readonly count: number;
  readonly deadline: number;
}

/** Runs Echo Tests, one for a peer at a time. */
export class EchoTests {
  readonly #nat: OwnNat;
  readonly #qualification: Qualification;
  readonly #ports: RandomPorts;
  readonly #bubbles: Bubbles;
  readonly #tests = new Map<ClientPeer, EchoTest>();
  /** Whether a test has shown that the NAT does not count upwards. */
  #isUnforeseeable = false;

  constructor(
    nat: OwnNat,
    qualification: Qualification,
    ports: RandomPorts,
    bubbles: Bubbles,
  ) {
    this.#nat = nat;
    this.#qualification = qualification;
    this.#ports = ports;
    this.#bubbles = bubbles;
  }

  /**
   * An indirect bubble is due: whether it has to wait for a test, which begins. Those due while a
   * test is under way go out without a port, as packets may be lost.
   */
  delays(peer: ClientPeer, now: number, sink: ClientSink): boolean {
    if (this.#tests.has(peer)) return false;
    if (!this.#nat.mayCount || this.#isUnforeseeable) return false;
    if (peer.isReachable(now) || peer.ownPort !== undefined) return false;
    return this.#begin(peer, 1, now, sink);
  }

  /** The peer was heard on the service port, or is forgotten. */
  cancel(peer: ClientPeer): void {
    this.#tests.delete(peer);
  }

  /** The client has another address, so perhaps another NAT. */
  reset(): void {
    this.#tests.clear();
    this.#isUnforeseeable = false;
  }

  /** A Router Advertisement came in on a random port. */
  hear(
    packet: TeredoPacket,
    from: Endpoint,
    via: ClientSocket,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    for (const [peer, test] of this.#tests) {
      // A port that made room for another one is closed, and its name may be in use again.
      if (test.port.via !== via || peer.ownPort !== test.port) continue;
      const which = test.solicitations.findIndex(({ target }) => target === from);
      if (which < 0) return "advertisement_unexpected";
      const advertisement = this.#qualification.accept(packet, from, test.solicitations[which]!);
      if (typeof advertisement === "string") return advertisement;
      test.seen[which] ??= portOf(advertisement.mapping);
      this.#concludeIfSeen(peer, test, now, sink);
      return undefined;
    }
    return "advertisement_unexpected";
  }

  nextTimer(): number {
    let next = Infinity;
    for (const { deadline } of this.#tests.values()) next = Math.min(next, deadline);
    return next;
  }

  /**
   * The first test without answers is repeated; after the second, the bubble goes without
   * (§5.5.2.2).
   */
  handleTimer(now: number, sink: ClientSink): void {
    for (const [peer, { deadline, count }] of this.#tests) {
      if (now < deadline) continue;
      this.#ports.close(peer);
      this.#tests.delete(peer);
      // Each test sends the peer a bubble, and one that others can have made up has paid for one.
      const isRepeated = count < MAX_ECHO_TESTS && peer.isEstablished;
      if (isRepeated && this.#begin(peer, count + 1, now, sink)) continue;
      this.#bubbles.sendIndirect(peer, now, sink);
    }
  }

  #begin(peer: ClientPeer, count: number, now: number, sink: ClientSink): boolean {
    const port = this.#ports.open(peer, now, sink);
    if (port === undefined) return false;
    const { via } = port;
    const qualification = this.#qualification;
    const lower = qualification.newSolicitation("primary");
    const upper = qualification.newSolicitation("secondary");
    // The NAT opens for the place that the bubble goes to, and the peer sends from there.
    const place = peer.randomPlace ?? mappingOf(peer.address);
    sink.datagram(lower.target, via, lower.next(now));
    this.#bubbles.sendOpening(peer, place, sink, via);
    sink.datagram(upper.target, via, upper.next(now));
    const deadline = now + count * ECHO_TEST_TIMEOUT;
    const seen: EchoTest["seen"] = [undefined, undefined];
    this.#tests.set(peer, { port, solicitations: [lower, upper], seen, count, deadline });
    return true;
  }

  #concludeIfSeen(peer: ClientPeer, test: EchoTest, now: number, sink: ClientSink): void {
    const [lower, upper] = test.seen;
    if (lower === undefined || upper === undefined) return;
    this.#tests.delete(peer);
    if (isCounting(lower, upper)) {
      // The RFC prints the upper one twice; its example, 1200 and 1202 give 1201, shows the intent.
      test.port.outside = Math.floor((lower + upper) / 2);
    } else {
      this.#isUnforeseeable = true;
      this.#ports.close(peer);
    }
    this.#bubbles.sendIndirect(peer, now, sink);
  }
}
