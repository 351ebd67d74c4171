/**
 * Where a client's packets, datagrams and events go.
 *
 * @module
 */

import type { Sink } from "../protocol/machine.ts";
import type { ClientEvent } from "./client_event.ts";

/** A port that the client opens for one peer while it runs, RFC 6081 §5.4. */
export type RandomSocket = `random${number}`;

/**
 * The sockets of a client: its service port, the group of local discovery (RFC 4380 §5.2.8), the
 * port that the refresh interval is determined with (§5.2.7), and its random ports.
 */
export type ClientSocket = "service" | "discovery" | "secondary" | RandomSocket;

/** Where a client's effects go. */
export type ClientSink = Sink<ClientSocket, ClientEvent>;
