/**
 * A relay's part of a report.
 *
 * @module
 */

import type { RelayStatus } from "../../../relay/relay_status.ts";
import { type Endpoint, formatEndpoint } from "../../../wire/endpoint.ts";
import { peersPart } from "./peer_part.ts";
import type { RolePart } from "./status_report.ts";

/** A relay's part, with where it sends from and its interface. */
export function relayPart({ mtu, peers }: RelayStatus, local: Endpoint, name: string): RolePart {
  return {
    role: "relay",
    state: "relaying",
    ready: true,
    address: null,
    server: null,
    offline: null,
    nat: null,
    portPreserved: null,
    localMapping: formatEndpoint(local),
    externalMapping: null,
    interface: name,
    mtu,
    refreshInterval: null,
    served: null,
    ...peersPart(peers),
  };
}
