/**
 * The direct IPv6 connectivity test, RFC 4380 §5.2.9: an echo request through our server. The
 * answer comes through the relay nearest to a native host, or through a gateway beside our server
 * for a Teredo client. The peer's entry keeps the data that the answer must return.
 *
 * @module
 */

import { getU16 } from "../memory/octets.ts";
import { type Random, randomBytes } from "../protocol/random.ts";
import { TokenBucket } from "../protocol/token_bucket.ts";
import { echoDataOf, encodeEcho, Icmpv6Type, isEchoReply } from "../wire/icmpv6.ts";
import { CLIENT_DEFAULTS, type ClientConfig } from "./client_config.ts";
import type { ClientPeer } from "./client_peer.ts";
import type { ClientSink } from "./client_sink.ts";
import type { Identity } from "./identity.ts";

/** Octets of data in a test: 128 random bits, where §5.2.9 asks for 64. */
const DATA_LENGTH = 16;

/** Whether a packet looks like the answer to a test, whosever it is. */
export function isLikeTestAnswer(ipv6: Uint8Array): boolean {
  return isEchoReply(ipv6) && echoDataOf(ipv6).length === DATA_LENGTH;
}

/** Sends connectivity tests, within limits. */
export class ConnectivityTests {
  readonly #random: Random;
  /**
   * All tests together are limited, or packets from forged sources would make us ping the world.
   * Tests that such packets induce have their own limit, or they would cut the host off.
   */
  readonly #wanted: TokenBucket | undefined;
  readonly #induced: TokenBucket | undefined;

  constructor({ random, limits = CLIENT_DEFAULTS.limits }: ClientConfig) {
    this.#random = random;
    this.#wanted = TokenBucket.of(limits.testsForHost);
    this.#induced = TokenBucket.of(limits.testsForOthers);
  }

  /** Tests a peer, unless that is beyond the limit. */
  send(peer: ClientPeer, self: Identity, now: number, sink: ClientSink): void {
    const limit = peer.isSought ? this.#wanted : this.#induced;
    if (limit?.take(now) === false) return sink.drop("rate_limited");
    const data = peer.testData(now, () => randomBytes(this.#random, DATA_LENGTH));
    const label = randomBytes(this.#random, 4);
    const echo = encodeEcho({
      type: Icmpv6Type.ECHO_REQUEST,
      source: self.address,
      destination: peer.address,
      identifier: getU16(label, 0),
      sequence: getU16(label, 2),
      data,
    });
    sink.datagram(self.server, "service", echo);
  }
}
