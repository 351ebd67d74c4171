/**
 * What became of one echo request through a running client.
 *
 * @module
 */

import type { PeerPath } from "../../../client/client_status.ts";
import type { EchoOutcome } from "../../../io/host/echo_link.ts";

/** What became of it. Times are in milliseconds; what is not known is `null`. */
export interface PingReport {
  readonly destination: string;
  /**
   * `not_qualified`: nothing was sent, for the client has no address; `refused`: nor was it, for it sends
   * nothing to such a destination.
   */
  readonly outcome: EchoOutcome | "not_qualified";
  readonly roundTrip: number | null;
  /** How the client reached the destination when the answer came, or how it tries to. */
  readonly path: PeerPath | null;
  /** Where packets for the destination go: its own mapping, or its relay's. */
  readonly mapping: string | null;
}
