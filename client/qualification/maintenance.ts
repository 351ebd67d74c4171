/**
 * Keeping a Teredo address, RFC 4380 §5.2.5: the mapping is refreshed, a client on a fallback
 * server looks for the preferred one, and a NAT that is still unknown is found out about.
 *
 * @module
 */

import type { DropReason } from "../../protocol/drop_reason.ts";
import { type Random, uniform } from "../../protocol/random.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import type { TeredoPacket } from "../../wire/teredo_packet.ts";
import type { OfflineReason } from "../client_event.ts";
import type { ClientSink } from "../client_sink.ts";
import { POSTPONED_INTERVALS, REFRESH_JITTER, RETURN_INTERVAL } from "../timing.ts";
import type { Advertisement } from "./advertisement.ts";
import type { NatCheck } from "./nat_check.ts";
import type { ServerList } from "./server_list.ts";
import type { Solicitation } from "./solicitation.ts";
import type { Solicitor } from "./solicitor.ts";

/**
 * The client either waits for the interval to end or solicits its server. Only an answer or the
 * last timeout ends the latter.
 */
type Refresh =
  | {
    readonly name: "waiting";
    readonly until: number;
    /** When the server last proved itself with one of our nonces. */
    readonly provedAt: number;
  }
  | { readonly name: "soliciting"; readonly solicitation: Solicitation };

/**
 * The way back from a fallback server to the preferred one. It never disturbs the address in use:
 * there is one solicitation at a time, and only its answer changes anything.
 */
type Homecoming =
  | { readonly name: "waiting"; readonly until: number }
  | {
    readonly name: "soliciting";
    readonly solicitation: Solicitation;
    readonly since: number;
  };

/** What an advertisement says of the address. */
type Upkeep =
  /** The server answered a refresh. The mapping may be another one now. */
  | { readonly type: "refreshed"; readonly advertisement: Advertisement }
  /** The preferred server is back. */
  | { readonly type: "returned"; readonly advertisement: Advertisement }
  /** The secondary address has answered at last. */
  | { readonly type: "nat_seen"; readonly mapping: Endpoint }
  /** It says nothing that can be used. */
  | { readonly type: "nothing" };

const NOTHING: Upkeep = { type: "nothing" };

/** What the upkeep of an address needs. */
interface MaintenanceParts {
  readonly solicitor: Solicitor;
  readonly servers: ServerList;
  readonly random: Random;
  /** While the NAT is unknown, and there is a secondary address to ask. */
  readonly natCheck: NatCheck | undefined;
  /** How long the mapping is trusted to last without a packet, in milliseconds. */
  readonly refreshInterval: number;
}

/** Keeps one address at one server. */
export class Maintenance {
  /** How long the mapping is trusted to last without a packet, in milliseconds. */
  refreshInterval: number;
  readonly #parts: MaintenanceParts;
  #natCheck: NatCheck | undefined;
  #refresh: Refresh;
  #homecoming: Homecoming;

  constructor(parts: MaintenanceParts, now: number) {
    this.#parts = parts;
    this.refreshInterval = parts.refreshInterval;
    this.#natCheck = parts.natCheck;
    this.#refresh = this.#proved(now);
    this.#homecoming = { name: "waiting", until: now + RETURN_INTERVAL };
  }

  /** When {@linkcode handleTimer} is due. */
  nextTimer(): number {
    return Math.min(
      dueAt(this.#refresh),
      dueAt(this.#homecoming),
      this.#natCheck?.nextTimer() ?? Infinity,
    );
  }

  /** @returns why the address is lost, if it is */
  handleTimer(now: number, sink: ClientSink): OfflineReason | undefined {
    const check = this.#natCheck?.next(now);
    if (check !== undefined) this.#parts.solicitor.send(check, now, sink);
    if (now >= dueAt(this.#homecoming)) this.#comeHome(now, sink);
    return now >= dueAt(this.#refresh) ? this.#continueRefresh(now, sink) : undefined;
  }

  /** A valid packet came from the server: the refresh can wait. */
  heardServer(now: number): void {
    if (this.#refresh.name === "soliciting") return;
    // Anyone can forge the server's address, so this alone postpones only so often.
    const { provedAt } = this.#refresh;
    const latest = provedAt + POSTPONED_INTERVALS * this.refreshInterval;
    const until = Math.min(now + this.#drawInterval(), latest);
    this.#refresh = { name: "waiting", until, provedAt };
  }

  /** Solicits the server now, whether or not the interval is over. */
  refresh(now: number, sink: ClientSink): void {
    const { solicitor, servers } = this.#parts;
    const solicitation = solicitor.series(servers.current.primary);
    this.#refresh = { name: "soliciting", solicitation };
    solicitor.send(solicitation, now, sink);
  }

  /** A Router Advertisement came: it answers one of three series, or none. */
  hear(
    packet: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): Upkeep | DropReason {
    const { solicitor, servers: { current, preferred } } = this.#parts;
    const check = this.#natCheck?.askedOf(from);
    if (check !== undefined) {
      return this.#concludeCheck(solicitor.accept(packet, from, check, current));
    }
    const [refresh, homecoming] = [this.#refresh, this.#homecoming];
    if (homecoming.name === "soliciting" && homecoming.solicitation.target === from) {
      const accepted = solicitor.accept(packet, from, homecoming.solicitation, preferred);
      if (typeof accepted === "string") return accepted;
      return accepted.newKeyNeeded ? NOTHING : { type: "returned", advertisement: accepted };
    }
    if (refresh.name !== "soliciting") return "advertisement_unexpected";
    const accepted = solicitor.accept(packet, from, refresh.solicitation, current);
    if (typeof accepted === "string") return accepted;
    if (refresh.solicitation.transmissions > 1) {
      sink.event({ type: "server_back", server: current });
    }
    this.#refresh = this.#proved(now);
    return { type: "refreshed", advertisement: accepted };
  }

  #concludeCheck(accepted: Advertisement | DropReason): Upkeep | DropReason {
    if (typeof accepted === "string") return accepted;
    if (accepted.newKeyNeeded) return NOTHING;
    this.#natCheck = undefined;
    return { type: "nat_seen", mapping: accepted.mapping };
  }

  /** The interval is over, or a solicitation has not been answered. */
  #continueRefresh(now: number, sink: ClientSink): OfflineReason | undefined {
    if (this.#refresh.name === "waiting") {
      this.refresh(now, sink);
      return undefined;
    }
    const { solicitation } = this.#refresh;
    const { transmissions, isExhausted, hasUnprovedAnswer } = solicitation;
    if (transmissions === 1) {
      sink.event({ type: "server_silent", server: this.#parts.servers.current });
    }
    if (isExhausted) return hasUnprovedAnswer ? "authentication_failed" : "server_lost";
    this.#parts.solicitor.send(solicitation, now, sink);
    return undefined;
  }

  /** While on a fallback server, solicits the preferred one from time to time. */
  #comeHome(now: number, sink: ClientSink): void {
    const { solicitor, servers } = this.#parts;
    if (this.#homecoming.name === "soliciting") {
      this.#homecoming = { name: "waiting", until: this.#homecoming.since + RETURN_INTERVAL };
    } else if (servers.isFallback) {
      const solicitation = solicitor.series(servers.preferred.primary);
      this.#homecoming = { name: "soliciting", solicitation, since: now };
      solicitor.send(solicitation, now, sink);
    } else {
      this.#homecoming = { name: "waiting", until: now + RETURN_INTERVAL };
    }
  }

  #proved(now: number): Refresh {
    return { name: "waiting", until: now + this.#drawInterval(), provedAt: now };
  }

  #drawInterval(): number {
    const { low, high } = REFRESH_JITTER;
    return this.refreshInterval * uniform(this.#parts.random, low, high);
  }
}

function dueAt(state: Refresh | Homecoming): number {
  return state.name === "waiting" ? state.until : state.solicitation.deadline;
}
