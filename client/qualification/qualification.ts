/**
 * Getting a Teredo address, RFC 4380 §5.2.1, for as long as the client runs.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import type { DropReason } from "../../protocol/drop_reason.ts";
import { drawFlags } from "../../protocol/flags.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { encodeTeredoAddress, flagsOf, mappingOf, serverOf } from "../../wire/teredo_address.ts";
import type { TeredoPacket } from "../../wire/teredo_packet.ts";
import { CLIENT_DEFAULTS, type ClientConfig, type ServerAddresses } from "../client_config.ts";
import type { NatKind, OfflineReason } from "../client_event.ts";
import type { ClientSink } from "../client_sink.ts";
import { extensionsOf } from "../extensions.ts";
import { HEARING_INTERVAL, SECONDARY_PATIENCE } from "../timing.ts";
import type { Advertisement } from "./advertisement.ts";
import { Maintenance } from "./maintenance.ts";
import { NatCheck } from "./nat_check.ts";
import type { QualificationState, Qualified } from "./qualification_state.ts";
import { ServerList } from "./server_list.ts";
import type { Solicitation } from "./solicitation.ts";
import { Solicitor } from "./solicitor.ts";

/** What the secondary address, or an earlier phase, has shown. */
interface SecondaryPhase {
  readonly nat: NatKind;
  /** What the secondary address saw. */
  readonly mapping?: Endpoint | undefined;
  /** The solicitations to it, if it is still being asked. */
  readonly pending?: Solicitation | undefined;
}

/** Owns the client's Teredo address. */
export class Qualification {
  readonly #config: ClientConfig;
  readonly #onAddress: () => void;
  readonly #servers: ServerList;
  readonly #solicitor: Solicitor;
  #state: QualificationState = { name: "offline", reason: undefined, until: -Infinity };
  #heardAt: number | undefined;
  /** The latest address: its flags are kept while server and mapping are the same. */
  #latest: Uint8Array | undefined;

  /** @param onAddress called whenever the address has come, gone or changed */
  constructor(config: ClientConfig, onAddress: () => void) {
    this.#config = config;
    this.#onAddress = onAddress;
    this.#latest = config.previousAddress;
    this.#servers = new ServerList(config.servers, config.random);
    this.#solicitor = new Solicitor(config);
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

  /** How long the mapping is trusted to last without a packet, in milliseconds. */
  get refreshInterval(): number {
    const own = this.#config.refreshInterval ?? CLIENT_DEFAULTS.refreshInterval;
    return this.#state.name === "qualified" ? this.#state.maintenance.refreshInterval : own;
  }

  /** Holds for the present address (§5.2.7). */
  set refreshInterval(interval: number) {
    if (this.#state.name === "qualified") this.#state.maintenance.refreshInterval = interval;
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
   * Whether a packet from `from` is news of the server. A relay or gateway beside it sends
   * thousands of them in a second, of which one is enough.
   */
  wantsToHear(from: Endpoint, now: number): boolean {
    return this.isServer(from) && now - (this.#heardAt ?? -Infinity) >= HEARING_INTERVAL;
  }

  /** A valid packet came from the server: the refresh can wait (§5.2.5). */
  heardServer(now: number): void {
    this.#heardAt = now;
    if (this.#state.name === "qualified") this.#state.maintenance.heardServer(now);
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
        return state.maintenance.nextTimer();
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
        return this.#maintain(state, now, sink);
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
    if (state.name === "qualified") return state.maintenance.refresh(now, sink);
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

  /** A series of solicitations to an address of the server, for whichever port. */
  newSolicitation(address: keyof ServerAddresses = "primary"): Solicitation {
    return this.#solicitor.series(this.server[address]);
  }

  /** Accepts an advertisement that answers `solicitation`, or says why not. */
  accept(
    packet: TeredoPacket,
    from: Endpoint,
    solicitation: Solicitation,
  ): Advertisement | DropReason {
    return this.#solicitor.accept(packet, from, solicitation, this.server);
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
    if (state.name === "qualified") return this.#hear(state, packet, from, now, sink);
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
   * Both addresses have answered. Behind a symmetric NAT they see different mappings; RFC 6081 §5.2
   * keeps the first, through which our server reaches us.
   */
  #conclude(first: Advertisement, second: Advertisement, now: number, sink: ClientSink): void {
    const isSymmetric = first.mapping !== second.mapping;
    const { mapping } = second;
    if (!isSymmetric) this.#qualify(first, { nat: "restricted" }, now, sink);
    else if (this.#supportsSymmetric) {
      this.#qualify(first, { nat: "symmetric", mapping }, now, sink);
    } else this.#fail("symmetric_nat", now, sink);
  }

  #beginSecondaryPhase(first: Advertisement, now: number, sink: ClientSink): void {
    if (!this.#hasSecondary) return this.#qualify(first, { nat: "unknown" }, now, sink);
    const solicitation = this.#solicitor.series(this.server.secondary);
    // A client that is not to be behind a symmetric NAT gives the answer all the time of §5.2.1.
    const patience = this.#supportsSymmetric ? now + SECONDARY_PATIENCE : Infinity;
    this.#state = { name: "secondary", solicitation, first, patience };
    this.#solicitor.send(solicitation, now, sink);
  }

  /**
   * The secondary address is silent: it is asked again, and after a while the client does without
   * it. Whether the NAT is symmetric matters less than it did to RFC 4380: nonces (RFC 6081 §5.2)
   * or a gateway cope with it.
   */
  #waitForSecondary(
    solicitation: Solicitation,
    first: Advertisement,
    patience: number,
    now: number,
    sink: ClientSink,
  ): void {
    const { isExhausted, hasUnprovedAnswer } = solicitation;
    if (now < patience && !isExhausted) return this.#solicitor.send(solicitation, now, sink);
    if (hasUnprovedAnswer) return this.#fail("authentication_failed", now, sink);
    this.#qualify(first, { nat: "unknown", pending: solicitation }, now, sink);
  }

  #start(now: number, sink: ClientSink): void {
    sink.event({ type: "qualifying", server: this.server });
    const solicitation = this.newSolicitation();
    this.#state = { name: "primary", solicitation };
    this.#solicitor.send(solicitation, now, sink);
  }

  /** Sends the next solicitation of a phase, or fails if none was answered. */
  #solicit(solicitation: Solicitation, failure: OfflineReason, now: number, sink: ClientSink) {
    const { isExhausted, hasUnprovedAnswer } = solicitation;
    if (!isExhausted) this.#solicitor.send(solicitation, now, sink);
    else this.#fail(hasUnprovedAnswer ? "authentication_failed" : failure, now, sink);
  }

  #maintain(state: Qualified, now: number, sink: ClientSink): void {
    const failure = state.maintenance.handleTimer(now, sink);
    if (failure !== undefined) this.#fail(failure, now, sink);
  }

  /** While qualified, an advertisement is for the maintenance; what it says may end the address. */
  #hear(
    state: Qualified,
    packet: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const upkeep = state.maintenance.hear(packet, from, now, sink);
    if (typeof upkeep === "string") return upkeep;
    switch (upkeep.type) {
      case "refreshed":
        this.#concludeRefresh(state, upkeep.advertisement, now, sink);
        break;
      case "returned":
        this.#heardAt = now;
        this.#servers.usePreferred();
        // The present server has shown what the NAT is like, so the preferred one is believed
        // without another secondary phase.
        this.#qualify(upkeep.advertisement, { nat: state.nat }, now, sink);
        break;
      case "nat_seen":
        this.#concludeCheck(state, upkeep.mapping, now, sink);
    }
    return undefined;
  }

  #concludeRefresh(
    state: Qualified,
    advertisement: Advertisement,
    now: number,
    sink: ClientSink,
  ): void {
    if (advertisement.newKeyNeeded) return this.#fail("new_key_needed", now, sink);
    this.#heardAt = now;
    if (advertisement.mapping !== state.mapping) {
      this.#qualify(advertisement, { nat: state.nat }, now, sink);
    }
  }

  #concludeCheck(state: Qualified, mapping: Endpoint, now: number, sink: ClientSink): void {
    const isSymmetric = mapping !== state.mapping;
    if (isSymmetric && !this.#supportsSymmetric) return this.#fail("symmetric_nat", now, sink);
    state.nat = isSymmetric ? "symmetric" : "restricted";
    sink.event({ type: "nat_determined", nat: state.nat });
  }

  #qualify(
    advertisement: Advertisement,
    { nat, mapping: second, pending }: SecondaryPhase,
    now: number,
    sink: ClientSink,
  ): void {
    const { mapping } = advertisement;
    const previous = this.#currentAddress;
    const mtu = Math.min(advertisement.mtu ?? Infinity, this.#config.mtu ?? CLIENT_DEFAULTS.mtu);
    const address = this.#addressFor(mapping);
    this.#latest = address;
    this.#servers.forgetFailures();
    this.#state = {
      name: "qualified",
      address,
      mapping,
      second,
      mtu,
      nat,
      maintenance: this.#newMaintenance(nat, pending, now),
    };
    this.#onAddress();
    sink.event({ type: "qualified", server: this.server, address, mapping, mtu, nat, previous });
  }

  #newMaintenance(nat: NatKind, pending: Solicitation | undefined, now: number): Maintenance {
    const { random, refreshInterval = CLIENT_DEFAULTS.refreshInterval } = this.#config;
    const solicitor = this.#solicitor;
    const { secondary } = this.server;
    const natCheck = nat === "unknown" && this.#hasSecondary
      ? new NatCheck(() => solicitor.series(secondary), pending, now)
      : undefined;
    const servers = this.#servers;
    return new Maintenance({ solicitor, servers, random, natCheck, refreshInterval }, now);
  }

  /**
   * Draws new random flags only for a new server or mapping, because peers know the whole address.
   */
  #addressFor(mapping: Endpoint): Uint8Array {
    const server = this.server.primary;
    const latest = this.#latest;
    const isKnown = latest !== undefined && serverOf(latest) === server &&
      mappingOf(latest) === mapping;
    const flags = isKnown ? flagsOf(latest) : drawFlags(this.#config.random);
    return encodeTeredoAddress({ server, flags, mapping });
  }

  get #supportsSymmetric(): boolean {
    return extensionsOf(this.#config.extensions).has("symmetric");
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
}
