/**
 * A running role, as those see it who ask about it.
 *
 * @module
 */

import type { RolePart } from "../status/status_report.ts";
import type { PingReport } from "../status/ping_report.ts";

/** Answers questions about a role. */
export interface AskableRole {
  /** The role's part of a report, at this moment. */
  part(): RolePart;
  /**
   * Sends one echo request to an IPv6 address (16 octets), and waits for what comes of it so many
   * milliseconds. Only a client can.
   */
  ping?(destination: Uint8Array, timeout: number): Promise<PingReport>;
}
