/**
 * A report for people, in the words of `netsh interface teredo show state` where it has any.
 *
 *     Teredo client: qualified
 *       Type                     client
 *       Teredo Address           2001:0:5301:101:385c:63bf:acfe:fdf8
 *       Server Name              teredo.example (83.1.1.1)
 *       …
 *
 *     Peers: 1 direct
 *       2001:0:5301:101:2ab3:efff:acfe:fdfd  direct
 *         at 83.1.2.2:4096, heard 3 s ago, 1.2 KiB sent, 900 B received
 *
 *     Dropped: 2 peer_not_trusted
 *
 * @module
 */

import type { NoMapping } from "../../nodes/client_mapping.ts";
import type { MappingFailure } from "../../portmap/port_mapping.ts";
import type { OfflineReason } from "../../client/client_event.ts";
import { parseEndpoint, portOf } from "../../wire/endpoint.ts";
import { formatDuration } from "../text/duration.ts";
import { describedTerm, fittingTable, wrap } from "../text/layout.ts";
import {
  failureText,
  MAPPING_VIEWS,
  NO_MAPPING,
  PROTOCOL_NAMES,
} from "../text/port_mapping_words.ts";
import { NAT_WORDS } from "../text/nat_words.ts";
import { formatBytes } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import type {
  NatName,
  PeerPart,
  PortMappingPart,
  StatusReport,
} from "../daemon/status/status_report.ts";

/** How many peers are shown; `--json` lists more. */
const MAX_SHOWN = 20;

/** The column at which values begin: behind the longest name. */
const VALUE_COLUMN = 2 + "Client Refresh Interval".length + 2;

type Row = readonly [name: string, value: string | null];

/** The report as text, in lines of at most `width` columns. */
export function statusText(report: StatusReport, style: Style, width: number): string {
  const { role, state, ready } = report;
  const heading = `Teredo ${role}: ${ready ? style.good(state) : style.bad(state)}`;
  return [
    style.strong(heading),
    ...rowsOf(report).flatMap((row) => rowLines(row, style, width)),
    ...peerLines(report, style, width),
    ...gatewayLines(report, style, width),
    ...countLines("Dropped", report.drops, style, width),
    "",
  ].join("\n");
}

function rowLines([name, value]: Row, style: Style, width: number): string[] {
  if (value === null) return [];
  const [first = "", ...rest] = describedTerm(`  ${name}`, value, VALUE_COLUMN, width);
  const faint = first.replace(name, style.faint(name));
  return [faint, ...rest];
}

function rowsOf(report: StatusReport): Row[] {
  const { counters, served, gateway } = report;
  const isClient = report.role === "client";
  return [
    ["Type", report.role],
    ["State", stateText(report)],
    ["Teredo Address", report.address],
    ["Server Name", isClient ? serverText(report) : null],
    ["Primary Address", isClient ? null : report.server?.primary ?? null],
    ["Secondary Address", report.server?.secondary ?? null],
    ["Client Refresh Interval", duration(report.refreshInterval)],
    ["Client Port", isClient ? portText(report.localMapping) : null],
    ["NAT", report.nat === null ? null : NATS[report.nat]],
    ["NAT Special Behaviour", behaviourText(report)],
    ["Local Mapping", report.localMapping],
    ["External NAT Mapping", report.externalMapping],
    ["Port Mapping", report.portMapping ? portMappingText(report.portMapping) : null],
    ["Interface", report.interface],
    ...report.interfaceFaults.map(({ message }) => ["Fault", message] as const),
    ["MTU", report.mtu === null ? null : String(report.mtu)],
    ["Uptime", formatDuration(report.uptime)],
    ["Process", String(report.pid)],
    ["Received", traffic(counters.datagramsReceived, counters.bytesReceived)],
    ["Sent", traffic(counters.datagramsSent, counters.bytesSent)],
    ["Solicitations Answered", served && String(served.solicitationsAnswered)],
    ["Bubbles Forwarded", served && String(served.bubblesForwarded)],
    ["Echoes Forwarded", served && String(served.echoesForwarded)],
    ["Clients Served", served && (served.secure ? "only known ones" : "all")],
    ["Gateway Connections", gateway && String(gateway.connections)],
  ];
}

function stateText({ state, offline }: StatusReport): string {
  if (state === "disabled") return `${state}: this host has native IPv6`;
  if (offline === null) return state;
  return `${state}: ${reasonText(offline.reason)}; next try in ${formatDuration(offline.retryIn)}`;
}

/** Why a client is off-line, in words. */
export function reasonText(reason: OfflineReason): string {
  switch (reason) {
    case "no_reply_from_primary":
      return "the server does not answer";
    case "symmetric_nat":
      return "the NAT is symmetric";
    case "server_lost":
      return "the server no longer answers";
    case "authentication_failed":
      return "the server does not prove that it knows the secret";
    case "new_key_needed":
      return "the server asks for another key";
  }
}

const NATS: Readonly<Record<NatName, string>> = {
  none: NAT_WORDS.none,
  restricted: NAT_WORDS.someCone,
  symmetric: NAT_WORDS.symmetric,
  unknown: `${NAT_WORDS.unknown}: the server answers from one address only`,
};

function serverText({ server }: StatusReport): string | null {
  if (server === null) return null;
  const { name, primary, heardAgo } = server;
  const where = name === primary ? primary : `${name} (${primary})`;
  return heardAgo === null
    ? `${where}, not heard yet`
    : `${where}, heard ${formatDuration(heardAgo)} ago`;
}

function behaviourText({ nat, portPreserved }: StatusReport): string | null {
  if (nat === null || nat === "none" || portPreserved === null) return null;
  return `PortPreserving: ${portPreserved ? "Yes" : "No"}`;
}

function portMappingText(
  { state, protocol, external, expiresIn, view, reason, tried, retryIn }: PortMappingPart,
): string {
  const name = protocol === null ? "" : PROTOCOL_NAMES[protocol];
  switch (state) {
    case "idle":
      return NO_MAPPING[reason as NoMapping];
    case "asking":
      return `asking the router by ${name}`;
    case "mapped": {
      const until = expiresIn === null ? "until removed" : `for ${formatDuration(expiresIn)}`;
      const doubt = view === null ? null : MAPPING_VIEWS[view];
      return `${external} by ${name}, ${until}${doubt === null ? "" : `; ${doubt}`}`;
    }
    case "failed": {
      const why = failureText(reason as MappingFailure, tried);
      return `none: the router maps no port, because ${why}; asked again in ${
        formatDuration(retryIn ?? 0)
      }`;
    }
  }
}

function portText(mapping: string | null): string | null {
  const at = parseEndpoint(mapping ?? "");
  return at === undefined ? null : String(portOf(at));
}

function duration(milliseconds: number | null): string | null {
  return milliseconds === null ? null : formatDuration(milliseconds);
}

function traffic(datagrams: number, octets: number): string {
  return `${formatBytes(octets)} in ${datagrams} ${datagrams === 1 ? "datagram" : "datagrams"}`;
}

function peerLines(
  { role, peers, peerCount }: StatusReport,
  style: Style,
  width: number,
): string[] {
  if (role === "server") return [];
  const total = Object.values(peerCount).reduce((sum, count) => sum + count, 0);
  const shown = peers.slice(0, MAX_SHOWN);
  const more = total > shown.length ? [style.faint(`  and ${total - shown.length} more`)] : [];
  const table = fittingTable(shown.map(peerCells), PEER_HEADS, width);
  return [...countLines("Peers", peerCount, style, width), ...table, ...more];
}

/** Address and path of a peer come first. */
const PEER_HEADS = 2;

function peerCells({ address, path, mapping, age, bytesSent, bytesReceived }: PeerPart) {
  return [
    address,
    path.replaceAll("_", " "),
    mapping === null ? "nowhere yet" : `at ${mapping}`,
    age === null ? "never heard" : `heard ${formatDuration(age)} ago`,
    `${formatBytes(bytesSent)} sent`,
    `${formatBytes(bytesReceived)} received`,
  ];
}

/** The users of a gateway, and what its rules refused. */
function gatewayLines({ gateway }: StatusReport, style: Style, width: number): string[] {
  if (gateway === null) return [];
  const { accountCount, accounts, refused } = gateway;
  const shown = accounts.slice(0, MAX_SHOWN);
  const more = accountCount > shown.length
    ? [style.faint(`  and ${accountCount - shown.length} more`)]
    : [];
  const rows = shown.map(({ name, bytesOut, bytesIn, usedAgo }) => [
    name,
    `${formatBytes(bytesOut)} out`,
    `${formatBytes(bytesIn)} in`,
    `used ${formatDuration(usedAgo)} ago`,
  ]);
  return [
    "",
    `${style.strong("Gateway used by:")}${rows.length === 0 ? " nobody yet" : ""}`,
    ...fittingTable(rows, 1, width),
    ...more,
    ...countLines("Gateway refused", refused, style, width),
  ];
}

/** "Dropped: 3 loop, 1 not_echo", the most frequent first. */
function countLines(
  title: string,
  counts: Readonly<Record<string, number>>,
  style: Style,
  width: number,
): string[] {
  const known = Object.entries(counts).filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one);
  const words = known.map(([what, count]) => `${count} ${what}`).join(", ");
  const [first = "", ...rest] = wrap(`${title}: ${words === "" ? "none" : words}`, width, 2);
  return ["", first.replace(`${title}:`, style.strong(`${title}:`)), ...rest];
}
