/**
 * The report of a running role: one struct, which `teredo status --json` prints, and from which the
 * text, the metrics and the line for systemd are made.
 *
 * `docs/status.schema.json` describes it for programs.
 *
 * @module
 */

import type { ClientState, PeerPath } from "../../../client/client_status.ts";
import type { NatKind, OfflineReason } from "../../../client/client_event.ts";
import type { InterfaceFault, OwnInterface } from "../../../io/host/own_interface.ts";
import type { Counters } from "../../../io/counters.ts";
import type { MappingView, NoMapping, PortMappingStatus } from "../../../nodes/client_mapping.ts";
import type { TriedProtocol } from "../../../portmap/mapper_event.ts";
import type { MappingFailure, MappingProtocol } from "../../../portmap/port_mapping.ts";
import type { EventCounts } from "./event_counts.ts";
import { VERSION } from "../../process/version.ts";

/** The roles, as reports name them. */
type RoleName = "client" | "server" | "relay" | "server+relay";

/** The state of a role. */
type RoleState = ClientState | "serving" | "relaying";

/** The whole report. `null` means unknown or not applicable; times are in milliseconds. */
export interface StatusReport extends RolePart {
  readonly schema: 1;
  readonly version: string;
  readonly pid: number;
  /** When the role started, in ISO 8601. */
  readonly started: string;
  readonly uptime: number;
  readonly counters: CounterReport;
  /** How often each event was reported. */
  readonly events: Readonly<Record<string, number>>;
  /** How many datagrams and packets were dropped, by reason. */
  readonly drops: Readonly<Record<string, number>>;
  /** How often system calls failed that the role survived, by call and error. */
  readonly systemErrors: Readonly<Record<string, number>>;
}

/** The part that depends on the role. */
export interface RolePart {
  readonly role: RoleName;
  readonly state: RoleState;
  /**
   * Whether the role works: nothing is wrong with its interface or host and, if it is a client, it
   * is qualified.
   */
  readonly ready: boolean;
  /** A client's Teredo address. */
  readonly address: string | null;
  /** A client's server, or the server itself. */
  readonly server: ServerPart | null;
  /** Why a client is off-line, and when it tries again. */
  readonly offline: { readonly reason: OfflineReason; readonly retryIn: number } | null;
  readonly nat: NatName | null;
  /** Whether the NAT keeps the port. */
  readonly portPreserved: boolean | null;
  /** Where the role sends from, and how that looks from outside. */
  readonly localMapping: string | null;
  readonly externalMapping: string | null;
  /** A client's port on the router. */
  readonly portMapping: PortMappingPart | null;
  readonly interface: string | null;
  /** What is wrong with the interface, or with what the host must have. */
  readonly interfaceFaults: readonly InterfaceFault[];
  readonly mtu: number | null;
  readonly refreshInterval: number | null;
  /** A server's work. */
  readonly served: ServedPart | null;
  /** The use of a gateway. */
  readonly gateway: GatewayPart | null;
  /** How many peers there are, which may be more than are listed. */
  readonly peerCount: Readonly<Record<PeerPath, number>>;
  /** The most recently used peers. */
  readonly peers: readonly PeerPart[];
}

/** A client's port on the router. */
export interface PortMappingPart {
  readonly state: PortMappingStatus["state"];
  readonly protocol: MappingProtocol | null;
  /** The router's address and port that lead to the client. */
  readonly external: string | null;
  /** Until the mapping ends unless it is renewed; `null` if it stays, or without one. */
  readonly expiresIn: number | null;
  /** What the server's view of the client says about the mapping. */
  readonly view: MappingView | null;
  /** Why there is no mapping. */
  readonly reason: MappingFailure | NoMapping | null;
  /** What each protocol that was tried ended with. */
  readonly tried: readonly TriedProtocol[];
  /** Until the router is asked again. */
  readonly retryIn: number | null;
}

/** What a report says of the role's interface. */
export type OwnInterfaceView = Pick<OwnInterface, "name" | "faults">;

/** The NAT between a client and the Internet, as its server sees it. */
export type NatName = "none" | NatKind;

/** A server. */
interface ServerPart {
  /** Its name, as it was given. */
  readonly name: string;
  readonly primary: string;
  readonly secondary: string | null;
  /** Time since the client heard from it. */
  readonly heardAgo: number | null;
}

/** The work that a server did. */
export interface ServedPart {
  readonly solicitationsAnswered: number;
  readonly bubblesForwarded: number;
  readonly echoesForwarded: number;
  /** How many packets each limit refused, by its name among the options. */
  readonly refused: Readonly<Record<string, number>>;
  readonly secure: boolean;
}

/** The use of a gateway. */
export interface GatewayPart {
  /** Connections that the kernel has translated. */
  readonly connections: number;
  /** How many packets the kernel's rules refused, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** How many accounts there are, which may be more than are listed. */
  readonly accountCount: number;
  /** The clients that used it, the most recent first. */
  readonly accounts: readonly AccountPart[];
}

/** The traffic of one account of a gateway. */
export interface AccountPart {
  /** A client identifier if clients prove a secret, otherwise a mapped IPv4 address. */
  readonly name: string;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Since it was last used. */
  readonly usedAgo: number;
}

/** A peer of a client or relay. */
export interface PeerPart {
  readonly address: string;
  readonly path: PeerPath;
  readonly mapping: string | null;
  /** Time since it was heard; `null` for never. */
  readonly age: number | null;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** What passed through. */
interface CounterReport {
  readonly datagramsSent: number;
  readonly datagramsReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly packetsFromHost: number;
  readonly packetsToHost: number;
}

/** What every role's report needs. */
interface ReportContext {
  readonly counters: Counters;
  readonly events: EventCounts;
  readonly started: Date;
  readonly now: Date;
}

/** Assembles a report. */
export function statusReport(part: RolePart, context: ReportContext): StatusReport {
  const { counters, events, started, now } = context;
  return {
    schema: 1,
    ...part,
    version: VERSION,
    pid: Deno.pid,
    started: started.toISOString(),
    uptime: Math.max(0, now.getTime() - started.getTime()),
    counters: {
      datagramsSent: counters.datagramsSent,
      datagramsReceived: counters.datagramsReceived,
      bytesSent: counters.octetsSent,
      bytesReceived: counters.octetsReceived,
      packetsFromHost: counters.packetsFromHost,
      packetsToHost: counters.packetsToHost,
    },
    events: events.all(),
    drops: Object.fromEntries(counters.drops()),
    systemErrors: Object.fromEntries(counters.failures()),
  };
}
