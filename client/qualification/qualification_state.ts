/**
 * The states of a client on the way to a Teredo address, RFC 4380 §5.2.1.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";
import type { Advertisement } from "./advertisement.ts";
import type { NatKind, OfflineReason } from "../client_event.ts";
import type { Maintenance } from "./maintenance.ts";
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
 * Every state leads to "disabled" when the host turns out to have native IPv6; the client starts
 * over when that is gone.
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
    /** What the secondary address saw just after that, if it was asked. */
    readonly second: Endpoint | undefined;
    readonly mtu: number;
    nat: NatKind;
    readonly maintenance: Maintenance;
  };

/** The qualified state. */
export type Qualified = Extract<QualificationState, { name: "qualified" }>;
