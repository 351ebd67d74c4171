/**
 * A relay's part of a report.
 *
 * @module
 */

import type { FilterCounts } from "../../../ffi/packet_filter.ts";
import type { RelayStatus } from "../../../relay/relay_status.ts";
import { type Endpoint, formatEndpoint } from "../../../wire/endpoint.ts";
import { gatewayPart } from "./gateway_part.ts";
import { peersPart } from "./peer_part.ts";
import type { OwnInterfaceView, RolePart } from "./status_report.ts";

/**
 * A relay's part, with its local endpoint and its interface.
 *
 * @param counts what the rules of a gateway have counted in the kernel
 */
export function relayPart(
  { mtu, peers, gateway }: RelayStatus,
  local: Endpoint,
  own: OwnInterfaceView,
  counts?: FilterCounts | undefined,
): RolePart {
  return {
    role: "relay",
    state: "relaying",
    ready: own.faults.length === 0,
    address: null,
    server: null,
    offline: null,
    nat: null,
    portPreserved: null,
    portMapping: null,
    localMapping: formatEndpoint(local),
    externalMapping: null,
    interface: own.name,
    interfaceFaults: own.faults,
    mtu,
    refreshInterval: null,
    served: null,
    gateway: gatewayPart(gateway, counts),
    ...peersPart(peers),
  };
}
