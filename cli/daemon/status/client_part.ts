/**
 * A client's part of a report.
 *
 * @module
 */

import type { ClientStatus } from "../../../client/client_status.ts";
import { addressOf, endpoint, formatEndpoint, portOf } from "../../../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address } from "../../../wire/ipv4_address.ts";
import { formatIpv6 } from "../../../wire/ipv6_address.ts";
import type { ClientView } from "../messages/client_messages.ts";
import type { PortMappingStatus } from "../../../nodes/client_mapping.ts";
import { portMappingPart } from "./port_mapping_part.ts";
import { peersPart } from "./peer_part.ts";
import type { NatName, OwnInterfaceView, RolePart } from "./status_report.ts";

/** What a client's report says beyond what its machine knows. */
export interface ClientPlace extends ClientView {
  readonly own: OwnInterfaceView;
  /** The address of this host that packets to another host come from. */
  sourceTo(destination: Ipv4Address): Ipv4Address | undefined;
}

/** A client's part. */
export function clientPart(
  status: ClientStatus,
  place: ClientPlace,
  portMapping?: PortMappingStatus,
): RolePart {
  const { state, server, offline, address, mapping, mtu, refreshInterval, serverHeardAgo } = status;
  const local = place.sourceTo(server.primary);
  return {
    role: "client",
    state,
    ready: state === "qualified" && place.own.faults.length === 0,
    address: address === undefined ? null : formatIpv6(address),
    server: {
      name: place.nameOf(server.primary),
      primary: formatIpv4(server.primary),
      // A server may have one address only: the other one is a guess until it has answered.
      secondary: status.nat === undefined || status.nat === "unknown"
        ? null
        : formatIpv4(server.secondary),
      heardAgo: serverHeardAgo === undefined ? null : Math.round(serverHeardAgo),
    },
    offline: offline === undefined
      ? null
      : { reason: offline.reason, retryIn: Math.max(0, Math.round(offline.retryIn)) },
    nat: natOf(status, place),
    portPreserved: mapping === undefined ? null : portOf(mapping) === place.port,
    localMapping: local === undefined ? null : formatEndpoint(endpoint(local, place.port)),
    externalMapping: mapping === undefined ? null : formatEndpoint(mapping),
    portMapping: portMappingPart(portMapping),
    interface: place.own.name,
    interfaceFaults: place.own.faults,
    mtu,
    refreshInterval,
    served: null,
    gateway: null,
    ...peersPart(status),
  };
}

function natOf({ nat, mapping }: ClientStatus, { isOwn, port }: ClientPlace): NatName | null {
  if (nat === undefined || mapping === undefined) return null;
  return portOf(mapping) === port && isOwn(addressOf(mapping)) ? "none" : nat;
}
