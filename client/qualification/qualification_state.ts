/**
 * What a client can be at on the way to a Teredo address, RFC 4380 §5.2.1.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";
import type { Advertisement } from "./advertisement.ts";
import type { NatKind, OfflineReason } from "../client_event.ts";
import type { Solicitation } from "./solicitation.ts";

/**
 * The states of RFC 4380 §5.2.1, without the cone phase that RFC 5991 §3.2 does away with.
 *
 *                    RA from the           RA from the
 *                    primary address       secondary address
 *     primary phase ----------------> secondary phase -----------------> qualified
 *       ^   |                             |  no answer, or a symmetric    |  ^   | another mapping:
 *       |   | no answer                   |  NAT and no support for it    |  |   | another address
 *       |   v                             v                               |  +---+
 *       +-- offline <-----------------------------------------------------+
 *      delay over,                                      no answer to a refresh
 *      or another server
 *
 * From each of them "disabled" is entered when the host turns out to have IPv6 of its own, and left
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
  }
  | {
    readonly name: "qualified";
    readonly address: Uint8Array;
    readonly mapping: Endpoint;
    readonly mtu: number;
    readonly nat: NatKind;
    /** The end of the present refresh interval. */
    refreshAt: number;
    /** When the server last proved itself with one of our nonces. */
    advertisedAt: number;
    /** The refresh under way. */
    refresh: Solicitation | undefined;
    /** The preferred server being asked whether it is back. */
    returning: Solicitation | undefined;
    /** When the preferred server is asked next. */
    returnAt: number;
  };
