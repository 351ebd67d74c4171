/**
 * How a relay finds a client: a bubble through the client's server makes the client open its NAT to
 * the relay (RFC 4380 §5.4.1 case 3).
 *
 * @module
 */

import { BubbleWindows } from "../protocol/bubble_windows.ts";
import { TEREDO_PORT } from "../protocol/constants.ts";
import { KeyedLimiter } from "../protocol/keyed_limiter.ts";
import { PeerSearch, type PeerSink, type UndeliverableHandler } from "../protocol/peer_search.ts";
import { ProvingSources } from "../protocol/proving_sources.ts";
import { TokenBucket } from "../protocol/token_bucket.ts";
import { encodeBubble } from "../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint } from "../wire/endpoint.ts";
import { DESTINATION, SOURCE } from "../wire/ipv6_header.ts";
import { mappingOf, serverOf } from "../wire/teredo_address.ts";
import { RELAY_DEFAULTS, type RelayConfig } from "./relay_config.ts";
import { RelayPeer } from "./relay_peer.ts";

/** The number of endpoints whose bubbles are counted. */
const REMEMBERED_PLACES = 65_536;

/** The clients of a relay. */
export class RelaySearch extends PeerSearch<RelayPeer> {
  /**
   * The sources of the bubbles, "a local IPv6 address of the relay" (§5.4.1): an answer shows that
   * the client has received the bubble, so it is believed wherever it comes from. The bubbles need
   * no nonces (RFC 6081 §5.2), and clients without RFC 6081 understand them.
   */
  readonly #sources: ProvingSources;
  readonly #directBubbles: boolean;
  readonly #onUndeliverable: UndeliverableHandler;
  /**
   * Flags and server in an address are free to choose, so anyone can make up endless clients at one
   * endpoint. Bubbles are therefore limited by the endpoint they go to (§5.2.6).
   */
  readonly #perClient: BubbleWindows;
  readonly #perServer: KeyedLimiter;
  readonly #newClients: TokenBucket;
  readonly #newClientsPerSource: KeyedLimiter;

  constructor(config: RelayConfig, onUndeliverable: UndeliverableHandler) {
    super(
      RelayPeer,
      {
        maxPeers: config.maxPeers ?? RELAY_DEFAULTS.maxPeers,
        queuePerPeer: config.queuePerPeer ?? RELAY_DEFAULTS.queuePerPeer,
        queueTotal: config.queueTotal ?? RELAY_DEFAULTS.queueTotal,
        hasManySources: true,
      },
      config.random,
    );
    this.#sources = new ProvingSources(config.random);
    this.#directBubbles = config.directBubbles ?? false;
    this.#perClient = new BubbleWindows(REMEMBERED_PLACES, this.hash);
    this.#perServer = new KeyedLimiter(config.bubblesPerServer ?? RELAY_DEFAULTS.bubblesPerServer);
    this.#newClients = new TokenBucket(config.newClients ?? RELAY_DEFAULTS.newClients);
    this.#newClientsPerSource = new KeyedLimiter(
      config.newClientsPerSource ?? config.newClients ?? RELAY_DEFAULTS.newClientsPerSource,
    );
    this.#onUndeliverable = onUndeliverable;
  }

  /**
   * The client that a native packet is for; a new entry unless new ones come too fast. Each costs
   * up to four bubbles and room in the queues, so by sending to clients that do not exist, one
   * native host could block the relay for all others. A source is a site, because one host may have
   * any number of addresses.
   */
  clientTo(ipv6: Uint8Array, now: number): RelayPeer | undefined {
    const known = this.peers.use(ipv6, DESTINATION);
    if (known !== undefined) return known;
    return this.#mayBegin(this.hash.ofSite(ipv6, SOURCE), now)
      ? this.entry(ipv6, DESTINATION, now)
      : undefined;
  }

  /** The client that a packet comes from; a new entry unless new ones come too fast. */
  clientFrom(ipv6: Uint8Array, now: number): RelayPeer | undefined {
    const known = this.peers.use(ipv6, SOURCE);
    if (known !== undefined) return known;
    return this.#mayBegin(this.hash.ofIpv4(addressOf(mappingOf(ipv6, SOURCE))), now)
      ? this.entry(ipv6, SOURCE, now)
      : undefined;
  }

  #mayBegin(origin: number, now: number): boolean {
    return this.#newClientsPerSource.take(origin, now) && this.#newClients.take(now);
  }

  /** Whether a packet is a bubble that only a receiver of one of ours can have sent. */
  isProof(ipv6: Uint8Array, now: number): boolean {
    return this.#sources.isProof(ipv6, now);
  }

  override found(peer: RelayPeer, mapping: Endpoint, now: number, sink: PeerSink): void {
    this.#perClient.forget(mappingOf(peer.address));
    super.found(peer, mapping, now, sink);
  }

  protected override attempt(peer: RelayPeer, now: number, sink: PeerSink): boolean {
    if (!peer.mayBubble(now)) return peer.hasBubbleBudget(now);
    const { address } = peer;
    const client = mappingOf(address);
    const server = serverOf(address);
    if (!this.#perClient.take(client, now)) return false;
    if (!this.#perServer.take(this.hash.ofIpv4(server), now)) {
      peer.attempts++;
      sink.drop("rate_limited");
      return true;
    }
    const bubble = encodeBubble(this.#sources.sourceFor(address, now), address);
    peer.bubbled(now);
    if (this.#directBubbles) sink.datagram(client, "service", bubble);
    sink.datagram(endpoint(server, TEREDO_PORT), "service", bubble);
    return true;
  }

  protected override undeliverable(packet: Uint8Array, now: number, sink: PeerSink): void {
    this.#onUndeliverable(packet, now, sink);
  }

  /** A client that did not answer is forgotten (§5.4.1), but not how often it was tried. */
  protected override giveUp(peer: RelayPeer, now: number, sink: PeerSink): void {
    super.giveUp(peer, now, sink);
    this.forget(peer);
  }
}
