/**
 * Where a client's packets, datagrams and events go.
 *
 * @module
 */

import type { Sink } from "../protocol/machine.ts";
import type { ClientEvent } from "./client_event.ts";

/**
 * The sockets of a client: its service port, the group of local discovery (RFC 4380 §5.2.8), and
 * the port that the refresh interval is determined with (§5.2.7).
 */
export type ClientSocket = "service" | "discovery" | "secondary";

/** Where a client's effects go. */
export type ClientSink = Sink<ClientSocket, ClientEvent>;
