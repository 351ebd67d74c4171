/**
 * A server's part of a report, alone or with a relay.
 *
 * @module
 */

import type { FilterCounts } from "../../../ffi/packet_filter.ts";
import type { InterfaceFault } from "../../../io/host/own_interface.ts";
import type { AnyServerStatus } from "../../../nodes/teredo_server.ts";
import { endpoint, formatEndpoint } from "../../../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address } from "../../../wire/ipv4_address.ts";
import { hyphenated } from "../../text/hyphenated.ts";
import { gatewayPart } from "./gateway_part.ts";
import { peersPart } from "./peer_part.ts";
import type { OwnInterfaceView, RolePart } from "./status_report.ts";

/**
 * A server's part.
 *
 * @param own the interface of its relay
 * @param counts what the rules of its gateway have counted in the kernel
 * @param missing what is wrong with the host's addresses
 * @param bound this host's own address, if the primary one is translated to it
 */
export function serverPart(
  status: AnyServerStatus,
  own: OwnInterfaceView | undefined,
  counts?: FilterCounts | undefined,
  missing: readonly InterfaceFault[] = [],
  bound?: Ipv4Address | undefined,
): RolePart {
  const { server, relay } = status.role === "server"
    ? { server: status, relay: undefined }
    : status;
  const { primary, secondary, port, advertisedMtu, role: _, refused, ...served } = server;
  const faults = [...own?.faults ?? [], ...missing];
  return {
    role: status.role,
    state: "serving",
    ready: faults.length === 0,
    address: null,
    server: {
      name: formatIpv4(primary),
      primary: formatIpv4(primary),
      secondary: secondary === undefined ? null : formatIpv4(secondary),
      heardAgo: null,
    },
    offline: null,
    nat: null,
    portPreserved: null,
    portMapping: null,
    localMapping: formatEndpoint(endpoint(bound ?? primary, port)),
    externalMapping: bound === undefined ? null : formatEndpoint(endpoint(primary, port)),
    interface: own?.name ?? null,
    interfaceFaults: faults,
    mtu: advertisedMtu ?? null,
    refreshInterval: null,
    served: { ...served, refused: byOptionName(refused) },
    gateway: gatewayPart(relay?.gateway, counts),
    ...peersPart(relay),
  };
}

/** What each limit refused, by the name of the limit in `--limits`. */
function byOptionName(refused: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...refused].map(([limit, count]) => [hyphenated(limit), count]));
}
