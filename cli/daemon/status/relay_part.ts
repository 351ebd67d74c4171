/**
 * A relay's part of a report.
 *
 * @module
 */

import type { FilterCounts } from "../../../ffi/packet_filter.ts";
import type { RelayStatus } from "../../../relay/relay_status.ts";
import { type Endpoint, endpoint, formatEndpoint, portOf } from "../../../wire/endpoint.ts";
import type { Ipv4Address } from "../../../wire/ipv4_address.ts";
import { gatewayPart } from "./gateway_part.ts";
import { peersPart } from "./peer_part.ts";
import type { OwnInterfaceView, RolePart } from "./status_report.ts";

/**
 * A relay's part, with its local endpoint and its interface.
 *
 * @param counts what the rules of a gateway have counted in the kernel
 * @param publicAddress the address that is translated to this host's own, if there is one
 */
export function relayPart(
  status: RelayStatus,
  local: Endpoint,
  own: OwnInterfaceView,
  counts?: FilterCounts | undefined,
  publicAddress?: Ipv4Address | undefined,
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
    externalMapping: publicAddress === undefined
      ? null
      : formatEndpoint(endpoint(publicAddress, portOf(local))),
    interface: own.name,
    interfaceFaults: own.faults,
    mtu: status.mtu,
    refreshInterval: null,
    served: null,
    gateway: gatewayPart(status.gateway, counts),
    ...peersPart(status),
  };
}
