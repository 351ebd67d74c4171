/**
 * The outcome of one echo request through a running client.
 *
 * @module
 */

import type { PeerPath } from "../../../client/client_status.ts";
import type { EchoOutcome } from "../../../io/host/echo_link.ts";

/** The outcome. Times are in milliseconds; `null` means that something is not known. */
export interface PingReport {
  readonly destination: string;
  /**
   * `not_qualified`: nothing was sent because the client has no address; `refused`: nothing was
   * sent because a client never sends to such a destination.
   */
  readonly outcome: EchoOutcome | "not_qualified";
  readonly roundTrip: number | null;
  /** How the client reached the destination when the answer arrived, or how it is trying to. */
  readonly path: PeerPath | null;
  /** Where packets for the destination go: to its own mapping, or to its relay's. */
  readonly mapping: string | null;
}
