/**
 * Getting and keeping a Teredo address, RFC 4380 §5.2.1 and §5.2.5.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import type { DropReason } from "../../protocol/drop_reason.ts";
import { drawFlags } from "../../protocol/flags.ts";
import type { Sink } from "../../protocol/machine.ts";
import { uniform } from "../../protocol/random.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { encodeTeredoAddress, flagsOf, mappingOf, serverOf } from "../../wire/teredo_address.ts";
import type { TeredoPacket } from "../../wire/teredo_packet.ts";
import { acceptAdvertisement, type Advertisement } from "./advertisement.ts";
import { CLIENT_DEFAULTS, type ClientConfig, type ServerAddresses } from "../client_config.ts";
import type { ClientEvent, NatKind, OfflineReason } from "../client_event.ts";
import {
  HEARING_INTERVAL,
  POSTPONED_INTERVALS,
  REFRESH_JITTER,
  RETURN_INTERVAL,
  SECONDARY_PATIENCE,
} from "../timing.ts";
import { NatCheck } from "./nat_check.ts";
import { dueAt, type QualificationState, type Qualified } from "./qualification_state.ts";
import { ServerList } from "./server_list.ts";
import { Solicitation } from "./solicitation.ts";

/**
 * The sockets of a client: its service port, the group of local discovery (§5.2.8), and the port
 * that the refresh interval is determined with (§5.2.7).
 */
export type ClientSocket = "service" | "discovery" | "secondary";

/** Where a client's effects go. */
export type ClientSink = Sink<ClientSocket, ClientEvent>;

/** Owns the client's Teredo address. */
export class Qualification {
  readonly #config: ClientConfig;
  readonly #onAddress: () => void;
  /** How long the mapping is trusted to last without a packet, in milliseconds. */
  refreshInterval: number;
  readonly #servers: ServerList;
  #state: QualificationState = { name: "offline", reason: undefined, until: -Infinity };
  #heardAt: number | undefined;
  /** The latest address: its flags are kept while server and mapping are the same. */
  #latest: Uint8Array | undefined;

  /** @param onAddress called whenever the address has come, gone or changed */
  constructor(config: ClientConfig, onAddress: () => void) {
    this.#config = config;
    this.#onAddress = onAddress;
    this.refreshInterval = this.#configuredInterval;
    this.#servers = new ServerList(config.servers, config.random);
  }

  get state(): QualificationState {
    return this.#state;
  }

  /** The server in use, or to be tried next. */
  get server(): ServerAddresses {
    return this.#servers.current;
  }

  /** The MTU of the link in octets. */
  get mtu(): number {
    const own = this.#config.mtu ?? CLIENT_DEFAULTS.mtu;
    return this.#state.name === "qualified" ? this.#state.mtu : own;
  }

  /** When a packet last came from the server. */
  get heardAt(): number | undefined {
    return this.#heardAt;
  }

  /** Where connectivity tests go. */
  get serverEndpoint(): Endpoint {
    return endpoint(this.server.primary, TEREDO_PORT);
  }

  /** Whether `from` is one of the server's two addresses, port 3544. */
  isServer(from: Endpoint): boolean {
    return from === endpoint(this.server.primary, TEREDO_PORT) ||
      from === endpoint(this.server.secondary, TEREDO_PORT);
  }

  /**
   * Whether a packet from `from` is news of the server. A relay or gateway beside it sends thousands of them in
   * a second, of which one is enough.
   */
  wantsToHear(from: Endpoint, now: number): boolean {
    return this.isServer(from) && now - (this.#heardAt ?? -Infinity) >= HEARING_INTERVAL;
  }

  /** A valid packet came from the server: the refresh can wait (§5.2.5). */
  heardServer(now: number): void {
    this.#heardAt = now;
    const state = this.#state;
    if (state.name !== "qualified" || state.refresh.name === "soliciting") return;
    // Anyone can forge the server's address, so this alone postpones only so often.
    const { provedAt } = state.refresh;
    const latest = provedAt + POSTPONED_INTERVALS * this.refreshInterval;
    const until = Math.min(now + this.#drawInterval(), latest);
    state.refresh = { name: "waiting", until, provedAt };
  }

  /** When {@linkcode handleTimer} is due. */
  nextTimer(): number {
    const state = this.#state;
    switch (state.name) {
      case "disabled":
        return Infinity;
      case "offline":
        return state.until;
      case "primary":
        return state.solicitation.deadline;
      case "secondary":
        return Math.min(state.solicitation.deadline, state.patience);
      case "qualified":
        return Math.min(
          dueAt(state.refresh),
          dueAt(state.homecoming),
          state.natCheck?.nextTimer() ?? Infinity,
        );
    }
  }

  handleTimer(now: number, sink: ClientSink): void {
    const state = this.#state;
    if (now < this.nextTimer()) return;
    switch (state.name) {
      case "offline":
        return this.#start(now, sink);
      case "primary":
        return this.#solicit(state.solicitation, "no_reply_from_primary", now, sink);
      case "secondary":
        return this.#waitForSecondary(state.solicitation, state.first, state.patience, now, sink);
      case "qualified":
        this.#checkNat(state, now, sink);
        this.#comeHome(state, now, sink);
        return this.#refresh(state, now, sink);
    }
  }

  /** A look-up of the servers' names found other addresses. */
  useServers(servers: readonly ServerAddresses[], now: number, sink: ClientSink): void {
    if (this.#servers.replace(servers) || this.#state.name !== "offline") return;
    this.#servers.usePreferred();
    this.requalify(now, sink);
  }

  /** The network changed: asks the server at once whether the mapping is still the same. */
  requalify(now: number, sink: ClientSink): void {
    const state = this.#state;
    if (state.name === "disabled") return;
    this.#servers.forgetFailures();
    if (state.name === "qualified") return this.#beginRefresh(state, now, sink);
    this.#state = { name: "offline", reason: undefined, until: now };
    this.handleTimer(now, sink);
  }

  /** The host has native IPv6, where a client must not run (§5.5): gives the address up. */
  disable(sink: ClientSink): void {
    if (this.#state.name === "disabled") return;
    const previous = this.#currentAddress;
    this.#state = { name: "disabled" };
    if (previous !== undefined) this.#onAddress();
    sink.event({ type: "disabled", previous });
  }

  /** The native IPv6 is gone: starts over with the preferred server. */
  enable(now: number, sink: ClientSink): void {
    if (this.#state.name !== "disabled") return;
    this.#servers.usePreferred();
    this.#state = { name: "offline", reason: undefined, until: now };
    this.requalify(now, sink);
  }

  /** A series of solicitations to the server, for whichever port. */
  newSolicitation(): Solicitation {
    return this.#newSolicitation(this.server.primary);
  }

  /** Accepts an advertisement that answers `solicitation`, or says why not. */
  accept(
    packet: TeredoPacket,
    from: Endpoint,
    solicitation: Solicitation,
    server = this.server,
  ): Advertisement | DropReason {
    const { globalUnicast, credentials } = this.#config;
    const { primary } = server;
    const expectation = { solicitation, primary, globalUnicast, credentials };
    const accepted = acceptAdvertisement(packet, from, expectation);
    // An authentic answer may still come: an impostor's alone changes nothing.
    if (accepted === "authentication_failed") solicitation.hasUnprovedAnswer = true;
    return accepted;
  }

  /** A Router Advertisement came. */
  handleAdvertisement(
    packet: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const state = this.#state;
    if (state.name === "disabled" || state.name === "offline") return "advertisement_unexpected";
    if (state.name === "qualified") return this.#keep(state, packet, from, now, sink);
    const advertisement = this.accept(packet, from, state.solicitation);
    if (typeof advertisement === "string") return advertisement;
    this.#heardAt = now;
    if (advertisement.newKeyNeeded) {
      this.#fail("new_key_needed", now, sink);
    } else if (state.name === "primary") {
      this.#beginSecondaryPhase(advertisement, now, sink);
    } else {
      this.#conclude(state.first, advertisement, now, sink);
    }
    return undefined;
  }

  /**
   * Both addresses have answered. Behind a symmetric NAT they see different mappings; RFC 6081 §5.2 keeps
   * the first, through which our server reaches us.
   */
  #conclude(first: Advertisement, second: Advertisement, now: number, sink: ClientSink): void {
    const isSymmetric = first.mapping !== second.mapping;
    if (!isSymmetric) this.#qualify(first, "restricted", now, sink);
    else if (this.#supportsSymmetric) this.#qualify(first, "symmetric", now, sink);
    else this.#fail("symmetric_nat", now, sink);
  }

  #beginSecondaryPhase(first: Advertisement, now: number, sink: ClientSink): void {
    if (!this.#hasSecondary) return this.#qualify(first, "unknown", now, sink);
    const solicitation = this.#newSolicitation(this.server.secondary);
    // A client that is not to be behind a symmetric NAT gives the answer all the time of §5.2.1.
    const patience = this.#supportsSymmetric ? now + SECONDARY_PATIENCE : Infinity;
    this.#state = { name: "secondary", solicitation, first, patience };
    this.#send(solicitation, now, sink);
  }

  /**
   * The secondary address is silent: it is asked again, and after a while the client does without it. Whether the NAT
   * is symmetric matters less than it did to RFC 4380: nonces (RFC 6081 §5.2) or a gateway cope with it.
   */
  #waitForSecondary(
    solicitation: Solicitation,
    first: Advertisement,
    patience: number,
    now: number,
    sink: ClientSink,
  ): void {
    const { isExhausted, hasUnprovedAnswer } = solicitation;
    if (now < patience && !isExhausted) return this.#send(solicitation, now, sink);
    if (hasUnprovedAnswer) return this.#fail("authentication_failed", now, sink);
    this.#qualify(first, "unknown", now, sink, solicitation);
  }

  #checkNat({ natCheck }: Qualified, now: number, sink: ClientSink): void {
    const solicitation = natCheck?.next(now);
    if (solicitation !== undefined) this.#send(solicitation, now, sink);
  }

  #start(now: number, sink: ClientSink): void {
    sink.event({ type: "qualifying", server: this.server });
    const solicitation = this.newSolicitation();
    this.#state = { name: "primary", solicitation };
    this.#send(solicitation, now, sink);
  }

  /** Sends the next solicitation of a phase, or fails if none was answered. */
  #solicit(solicitation: Solicitation, failure: OfflineReason, now: number, sink: ClientSink) {
    const { isExhausted, hasUnprovedAnswer } = solicitation;
    if (!isExhausted) this.#send(solicitation, now, sink);
    else this.#fail(hasUnprovedAnswer ? "authentication_failed" : failure, now, sink);
  }

  /** §5.2.5: the interval is over, or a solicitation has not been answered. */
  #refresh(state: Qualified, now: number, sink: ClientSink): void {
    const { refresh } = state;
    if (now < dueAt(refresh)) return;
    if (refresh.name === "waiting") return this.#beginRefresh(state, now, sink);
    if (refresh.solicitation.transmissions === 1) {
      sink.event({ type: "server_silent", server: this.server });
    }
    this.#solicit(refresh.solicitation, "server_lost", now, sink);
  }

  #beginRefresh(state: Qualified, now: number, sink: ClientSink): void {
    const solicitation = this.newSolicitation();
    state.refresh = { name: "soliciting", solicitation };
    this.#send(solicitation, now, sink);
  }

  /** While on a fallback server, solicits the preferred one from time to time. */
  #comeHome(state: Qualified, now: number, sink: ClientSink): void {
    const { homecoming } = state;
    if (now < dueAt(homecoming)) return;
    if (homecoming.name === "soliciting") {
      state.homecoming = { name: "waiting", until: homecoming.since + RETURN_INTERVAL };
    } else if (this.#servers.isFallback) {
      const solicitation = this.#newSolicitation(this.#servers.preferred.primary);
      state.homecoming = { name: "soliciting", solicitation, since: now };
      this.#send(solicitation, now, sink);
    } else {
      state.homecoming = { name: "waiting", until: now + RETURN_INTERVAL };
    }
  }

  /** While qualified, an advertisement answers a refresh or comes from the preferred server. */
  #keep(
    state: Qualified,
    packet: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const { refresh, homecoming } = state;
    const asked = state.natCheck?.askedOf(from);
    if (asked !== undefined) {
      const advertisement = this.accept(packet, from, asked);
      if (typeof advertisement === "string") return advertisement;
      this.#concludeCheck(state, advertisement, now, sink);
    } else if (homecoming.name === "soliciting" && homecoming.solicitation.target === from) {
      const { preferred } = this.#servers;
      const advertisement = this.accept(packet, from, homecoming.solicitation, preferred);
      if (typeof advertisement === "string") return advertisement;
      this.#handleHomecoming(state, advertisement, now, sink);
    } else if (refresh.name === "soliciting") {
      const advertisement = this.accept(packet, from, refresh.solicitation);
      if (typeof advertisement === "string") return advertisement;
      this.#handleRefresh(state, refresh.solicitation, advertisement, now, sink);
    } else {
      return "advertisement_unexpected";
    }
    return undefined;
  }

  #concludeCheck(
    state: Qualified,
    { mapping, newKeyNeeded }: Advertisement,
    now: number,
    sink: ClientSink,
  ): void {
    if (newKeyNeeded) return;
    const isSymmetric = mapping !== state.mapping;
    if (isSymmetric && !this.#supportsSymmetric) return this.#fail("symmetric_nat", now, sink);
    state.nat = isSymmetric ? "symmetric" : "restricted";
    state.natCheck = undefined;
    sink.event({ type: "nat_determined", nat: state.nat });
  }

  /**
   * The preferred server is back. The present one has shown what the NAT is like, so the preferred one
   * is believed without another secondary phase.
   */
  #handleHomecoming(
    state: Qualified,
    advertisement: Advertisement,
    now: number,
    sink: ClientSink,
  ): void {
    if (advertisement.newKeyNeeded) return;
    this.#heardAt = now;
    this.#servers.usePreferred();
    this.#qualify(advertisement, state.nat, now, sink);
  }

  #handleRefresh(
    state: Qualified,
    solicitation: Solicitation,
    advertisement: Advertisement,
    now: number,
    sink: ClientSink,
  ): void {
    if (solicitation.transmissions > 1) sink.event({ type: "server_back", server: this.server });
    if (advertisement.newKeyNeeded) return this.#fail("new_key_needed", now, sink);
    this.#heardAt = now;
    if (advertisement.mapping !== state.mapping) {
      this.#qualify(advertisement, state.nat, now, sink);
    } else {
      state.refresh = { name: "waiting", until: now + this.#drawInterval(), provedAt: now };
    }
  }

  /** @param pending the solicitations to the secondary address, if it is still being asked */
  #qualify(
    advertisement: Advertisement,
    nat: NatKind,
    now: number,
    sink: ClientSink,
    pending?: Solicitation,
  ): void {
    const { mapping } = advertisement;
    const previous = this.#currentAddress;
    const mtu = Math.min(advertisement.mtu ?? Infinity, this.#config.mtu ?? CLIENT_DEFAULTS.mtu);
    const address = this.#addressFor(mapping);
    this.#latest = address;
    this.#servers.forgetFailures();
    this.refreshInterval = this.#configuredInterval;
    this.#state = {
      name: "qualified",
      address,
      mapping,
      mtu,
      nat,
      natCheck: this.#natCheckOf(nat, pending, now),
      refresh: { name: "waiting", until: now + this.#drawInterval(), provedAt: now },
      homecoming: { name: "waiting", until: now + RETURN_INTERVAL },
    };
    this.#onAddress();
    sink.event({ type: "qualified", server: this.server, address, mapping, mtu, nat, previous });
  }

  #natCheckOf(
    nat: NatKind,
    pending: Solicitation | undefined,
    now: number,
  ): NatCheck | undefined {
    if (nat !== "unknown" || !this.#hasSecondary) return undefined;
    return new NatCheck(() => this.#newSolicitation(this.server.secondary), pending, now);
  }

  /** Draws new random flags only for a new server or mapping, because peers know the whole address. */
  #addressFor(mapping: Endpoint): Uint8Array {
    const server = this.server.primary;
    const latest = this.#latest;
    const isKnown = latest !== undefined && serverOf(latest) === server &&
      mappingOf(latest) === mapping;
    const flags = isKnown ? flagsOf(latest) : drawFlags(this.#config.random);
    return encodeTeredoAddress({ server, flags, mapping });
  }

  get #supportsSymmetric(): boolean {
    return this.#config.symmetricNatSupport ?? true;
  }

  get #hasSecondary(): boolean {
    return this.server.secondary !== this.server.primary;
  }

  get #currentAddress(): Uint8Array | undefined {
    return this.#state.name === "qualified" ? this.#state.address : undefined;
  }

  /** The server failed: goes on to the next one at once or, after the last one, pauses. */
  #fail(reason: OfflineReason, now: number, sink: ClientSink): void {
    const previous = this.#currentAddress;
    const server = this.server;
    const retryIn = this.#servers.advance();
    this.#state = { name: "offline", reason, until: now + retryIn };
    if (previous !== undefined) this.#onAddress();
    sink.event({ type: "offline", server, reason, retryIn, previous });
    if (retryIn === 0) this.#start(now, sink);
  }

  get #configuredInterval(): number {
    return this.#config.refreshInterval ?? CLIENT_DEFAULTS.refreshInterval;
  }

  #drawInterval(): number {
    const { low, high } = REFRESH_JITTER;
    return this.refreshInterval * uniform(this.#config.random, low, high);
  }

  #newSolicitation(address: ServerAddresses["primary"]): Solicitation {
    const { random, credentials } = this.#config;
    return new Solicitation(endpoint(address, TEREDO_PORT), random, credentials);
  }

  #send(solicitation: Solicitation, now: number, sink: ClientSink): void {
    sink.datagram(solicitation.target, "service", solicitation.next(now));
  }
}
