/**
 * A random port, RFC 6081 §5.4.1.
 *
 * @module
 */

import type { RandomSocket } from "../client_sink.ts";

/** A port of this host that only one peer uses. */
export interface RandomPort {
  readonly via: RandomSocket;
  /** Its number on this host. */
  readonly local: number;
  /**
   * Its number outside the NAT; `undefined` until the Echo Test has found it. Nothing else may go
   * out from the port before that.
   */
  outside: number | undefined;
  readonly openedAt: number;
  /** When to look after it. */
  dueAt: number;
  /** Bubbles that kept the mapping alive since data was last sent: the Connection Refresh Count. */
  refreshes: number;
  /** What had been sent to the peer when the port was last looked after. */
  octetsSent: number;
}
