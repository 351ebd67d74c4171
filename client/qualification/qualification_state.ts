/**
 * The states of a client on the way to a Teredo address, RFC 4380 §5.2.1, and while it keeps one,
 * §5.2.5.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";
import type { Advertisement } from "./advertisement.ts";
import type { NatKind, OfflineReason } from "../client_event.ts";
import type { NatCheck } from "./nat_check.ts";
import type { Solicitation } from "./solicitation.ts";

/**
 * The states of RFC 4380 §5.2.1, without the cone phase that RFC 5991 §3.2 does away with.
 *
 *                    RA from the           RA from the
 *                    primary address       secondary address, or none
 *     primary phase ----------------> secondary phase -----------------> qualified
 *       ^   |                             |  a symmetric NAT              |  ^   | another mapping:
 *       |   | no answer                   |  and no support for it        |  |   | another address
 *       |   v                             v                               |  +---+
 *       +-- offline <-----------------------------------------------------+
 *      delay over,                                      no answer to a refresh
 *      or another server
 *
 * Every state leads to "disabled" when the host turns out to have native IPv6; the client starts over
 * when that is gone.
 */
export type QualificationState =
  | { readonly name: "disabled" }
  | { readonly name: "offline"; readonly reason: OfflineReason | undefined; readonly until: number }
  | { readonly name: "primary"; readonly solicitation: Solicitation }
  | {
    readonly name: "secondary";
    readonly solicitation: Solicitation;
    readonly first: Advertisement;
    /** When the client goes on without an answer. */
    readonly patience: number;
  }
  | {
    readonly name: "qualified";
    readonly address: Uint8Array;
    readonly mapping: Endpoint;
    readonly mtu: number;
    nat: NatKind;
    /** While the NAT is unknown, and there is a secondary address to ask. */
    natCheck: NatCheck | undefined;
    refresh: Refresh;
    homecoming: Homecoming;
  };

/** The qualified state. */
export type Qualified = Extract<QualificationState, { name: "qualified" }>;

/**
 * Keeping the mapping, §5.2.5: the client either waits for the interval to end or solicits its server,
 * and while it solicits nothing but an answer or the last timeout ends that.
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
 * Getting back from a fallback server to the preferred one. It never disturbs the address in use: one
 * solicitation at a time, and only its answer changes anything.
 */
type Homecoming =
  | { readonly name: "waiting"; readonly until: number }
  | {
    readonly name: "soliciting";
    readonly solicitation: Solicitation;
    readonly since: number;
  };

/** When either of the two needs attention. */
export function dueAt(state: Refresh | Homecoming): number {
  return state.name === "waiting" ? state.until : state.solicitation.deadline;
}
