/**
 * What a server reports.
 *
 * @module
 */

import type { Sink } from "../protocol/machine.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { ServerSocket } from "./server_config.ts";
import type { ServerLimit } from "./server_limits.ts";

/** Where a server's effects go. */
export type ServerSink = Sink<ServerSocket, ServerEvent>;

/** Why a secure server does not answer a client. */
export type RefusalCause = "no_identifier" | "unknown_identifier" | "wrong_secret";

/** An incident that a person or another program may want to know of. */
export type ServerEvent =
  /** A limit was reached. Reported once a minute for each limit at most. */
  | {
    readonly type: "limit_reached";
    readonly limit: ServerLimit;
    /** The source, or the client if that was limited. */
    readonly endpoint: Endpoint;
  }
  /**
   * A client did not authenticate itself, and gets no answer (RFC 4380 §5.3.2). Reported once a
   * minute for each identifier and address at most.
   */
  | {
    readonly type: "client_refused";
    readonly cause: RefusalCause;
    /** As the client gave it; empty if it gave none. */
    readonly identifier: Uint8Array;
    readonly client: Endpoint;
  }
  /**
   * A client uses a retired key, and was asked to get another (RFC 4380 §5.2.2). Reported as often
   * as `client_refused`.
   */
  | {
    readonly type: "retired_key_used";
    readonly identifier: Uint8Array;
    readonly client: Endpoint;
  };
