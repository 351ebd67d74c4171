/**
 * A running role, as seen by those that ask about it.
 *
 * @module
 */

import type { RolePart } from "../status/status_report.ts";
import type { PingReport } from "../status/ping_report.ts";

/** Answers questions about a role. */
export interface AskableRole {
  /** The role's part of a report, as it is now. */
  part(): RolePart;
  /**
   * Sends one echo request to an IPv6 address (16 octets), and waits for its outcome up to
   * `timeout` milliseconds. Only a client can do that.
   */
  ping?(destination: Uint8Array, timeout: number): Promise<PingReport>;
}
