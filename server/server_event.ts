/**
 * What a server reports.
 *
 * @module
 */

import type { Sink } from "../protocol/machine.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { ServerSocket } from "./server_config.ts";

/** Where a server's effects go. */
export type ServerSink = Sink<ServerSocket, ServerEvent>;

/** The limit that a packet exceeded. */
export type LimitName = "source" | "destination" | "total";

/** What a server limits. */
export type PacketKind = "solicitations" | "bubbles" | "echoes";

/** An incident that a person or another program may want to know of. */
export type ServerEvent =
  /** A limit was reached. Reported once a minute for each limit and kind at most. */
  | {
    readonly type: "limit_reached";
    readonly limit: LimitName;
    readonly kind: PacketKind;
    /** The source, or the destination if that was limited. */
    readonly address: Ipv4Address;
  }
  /** A client uses a retired key, and was asked to get another (RFC 4380 §5.2.2). */
  | {
    readonly type: "retired_key_used";
    readonly identifier: Uint8Array;
    readonly client: Endpoint;
  };
