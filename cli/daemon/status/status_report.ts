/**
 * What a running role tells about itself: one struct, which is what `teredo status --json` prints, and of
 * which the text, the metrics and the line for systemd are made.
 *
 * `docs/status.schema.json` describes it for programs.
 *
 * @module
 */

import type { ClientState, PeerPath } from "../../../client/client_status.ts";
import type { NatKind, OfflineReason } from "../../../client/client_event.ts";
import type { InterfaceFault, OwnInterface } from "../../../io/host/own_interface.ts";
import type { Counters } from "../../../io/counters.ts";
import type { EventCounts } from "./event_counts.ts";
import { VERSION } from "../../process/version.ts";

/** The roles, as reports name them. */
export type RoleName = "client" | "server" | "relay" | "server+relay";

/** What a role is at. */
export type RoleState = ClientState | "serving" | "relaying";

/** All of it. What is not known or does not apply is `null`; times are in milliseconds. */
export interface StatusReport extends RolePart {
  readonly schema: 1;
  readonly version: string;
  readonly pid: number;
  /** When the role began, as in ISO 8601. */
  readonly started: string;
  readonly uptime: number;
  readonly counters: CounterReport;
  /** How often what was reported. */
  readonly events: Readonly<Record<string, number>>;
  /** How many datagrams and packets were dropped, by reason. */
  readonly drops: Readonly<Record<string, number>>;
}

/** What depends on the role. */
export interface RolePart {
  readonly role: RoleName;
  readonly state: RoleState;
  /** Whether the role works: nothing is wrong with its interface and, if it is a client, it is qualified. */
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
  /** Where the role sends from, and as what that is seen from outside. */
  readonly localMapping: string | null;
  readonly externalMapping: string | null;
  readonly interface: string | null;
  /** What is wrong with the interface. */
  readonly interfaceFaults: readonly InterfaceFault[];
  readonly mtu: number | null;
  readonly refreshInterval: number | null;
  /** A server's work. */
  readonly served: ServedPart | null;
  /** The use of a gateway. */
  readonly gateway: GatewayPart | null;
  /** How many peers there are, and how many of them are listed. */
  readonly peerCount: Readonly<Record<PeerPath, number>>;
  /** The most recently used peers. */
  readonly peers: readonly PeerPart[];
}

/** What a report says of the role's interface. */
export type OwnInterfaceView = Pick<OwnInterface, "name" | "faults">;

/** What is between a client and the Internet, as its server sees it. */
export type NatName = "none" | NatKind;

/** A server. */
export interface ServerPart {
  /** As it was named. */
  readonly name: string;
  readonly primary: string;
  readonly secondary: string | null;
  /** Since the client heard it. */
  readonly heardAgo: number | null;
}

/** What a server did. */
export interface ServedPart {
  readonly solicitationsAnswered: number;
  readonly bubblesForwarded: number;
  readonly echoesForwarded: number;
  readonly addressesRemembered: number;
  readonly secure: boolean;
}

/** The use of a gateway. */
export interface GatewayPart {
  /** Connections that the kernel has translated. */
  readonly connections: number;
  /** How many packets the kernel's rules refused, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Who has used it, the most recent first. */
  readonly accounts: readonly AccountPart[];
}

/** The traffic of one account of a gateway. */
export interface AccountPart {
  /** A client identifier where clients prove a secret, else a mapped IPv4 address. */
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
  /** Since it was heard; `null` for never. */
  readonly age: number | null;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** What passed through. */
export interface CounterReport {
  readonly datagramsSent: number;
  readonly datagramsReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly packetsFromHost: number;
  readonly packetsToHost: number;
}

/** What is the same for each role. */
export interface ReportContext {
  readonly counters: Counters;
  readonly events: EventCounts;
  readonly started: Date;
  readonly now: Date;
}

/** Puts a report together. */
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
  };
}
