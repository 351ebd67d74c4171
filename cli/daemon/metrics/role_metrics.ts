/**
 * The metrics of a role, made of its report.
 *
 * @module
 */

import type {
  GatewayPart,
  PortMappingPart,
  ServedPart,
  StatusReport,
} from "../status/status_report.ts";
import type { Metric, Sample } from "./metric.ts";

/** All metrics that the role has. */
export function roleMetrics(report: StatusReport): Metric[] {
  const { role, counters } = report;
  return [
    gauge("teredo_info", "The role and version; always 1.", [
      { labels: { role, version: report.version }, value: 1 },
    ]),
    gauge("teredo_start_time_seconds", "When the role began, in seconds since 1970.", [
      { value: Date.parse(report.started) / 1000 },
    ]),
    gauge(
      "teredo_ready",
      "Whether the role works: qualified, and nothing wrong with its interface or host.",
      [
        { value: Number(report.ready) },
      ],
    ),
    ...report.interface === null ? [] : [interfaceFaults(report)],
    counter(
      "teredo_datagrams_received_total",
      "UDP datagrams received.",
      counters.datagramsReceived,
    ),
    counter("teredo_datagrams_sent_total", "UDP datagrams sent.", counters.datagramsSent),
    counter(
      "teredo_received_bytes_total",
      "Octets of UDP payload received.",
      counters.bytesReceived,
    ),
    counter("teredo_sent_bytes_total", "Octets of UDP payload sent.", counters.bytesSent),
    counter(
      "teredo_host_packets_received_total",
      "IPv6 packets that the host sent into the tunnel.",
      counters.packetsFromHost,
    ),
    counter(
      "teredo_host_packets_sent_total",
      "IPv6 packets that the host was handed.",
      counters.packetsToHost,
    ),
    countersBy(
      "teredo_drops_total",
      "Datagrams and packets dropped, by reason.",
      "reason",
      report.drops,
    ),
    systemErrors(report.systemErrors),
    countersBy("teredo_events_total", "What the role reported, by event.", "event", report.events),
    ...peerMetrics(report),
    ...report.served === null ? [] : servedMetrics(report.served),
    ...report.gateway === null ? [] : gatewayMetrics(report.gateway),
    ...report.role === "client" ? clientMetrics(report) : [],
  ];
}

function systemErrors(counts: Readonly<Record<string, number>>): Metric {
  return {
    name: "teredo_system_errors_total",
    type: "counter",
    help: "System calls that failed while the role went on, by call and error.",
    samples: Object.entries(counts).map(([name, value]) => {
      const [call, error] = name.split(" ") as [string, string];
      return { labels: { call, error }, value };
    }),
  };
}

function interfaceFaults({ interfaceFaults }: StatusReport): Metric {
  const counts = { incomplete: 0, detour: 0 };
  for (const { type } of interfaceFaults) counts[type]++;
  return gauge(
    "teredo_interface_faults",
    "What is wrong with the interface: something it lacks, and packets that leave by another way.",
    by("type", counts),
  );
}

function peerMetrics({ role, peerCount }: StatusReport): Metric[] {
  if (role === "server") return [];
  return [
    gauge("teredo_peers", "Peers that are known, by how they are reached.", by("path", peerCount)),
  ];
}

function clientMetrics(report: StatusReport): Metric[] {
  const states = { qualifying: 0, qualified: 0, offline: 0, disabled: 0, [report.state]: 1 };
  return [
    gauge("teredo_client_state", "1 for the state that the client is in.", by("state", states)),
    counter(
      "teredo_client_qualifications_total",
      "How often the client got an address, a new one after a change of the mapping included.",
      report.events["qualified"] ?? 0,
    ),
    ...report.portMapping === null ? [] : portMappingMetrics(report.portMapping),
    gauge("teredo_client_refresh_interval_seconds", "How often the mapping is refreshed.", [
      { value: (report.refreshInterval ?? 0) / 1000 },
    ]),
  ];
}

function portMappingMetrics({ state, protocol, expiresIn }: PortMappingPart): Metric[] {
  const protocols = { "pcp": 0, "nat-pmp": 0, "upnp": 0 };
  if (state === "mapped" && protocol !== null) protocols[protocol] = 1;
  return [
    gauge(
      "teredo_client_port_mapping",
      "1 for the protocol by which the router maps the client's port.",
      by("protocol", protocols),
    ),
    gauge(
      "teredo_client_port_mapping_expiry_seconds",
      "When the mapping ends unless it is renewed, in seconds from now; 0 without a mapping, or if " +
        "it stays.",
      [{ value: (expiresIn ?? 0) / 1000 }],
    ),
  ];
}

function servedMetrics(served: ServedPart): Metric[] {
  return [
    counter(
      "teredo_server_solicitations_answered_total",
      "Router Solicitations answered.",
      served.solicitationsAnswered,
    ),
    counter("teredo_server_bubbles_forwarded_total", "Bubbles forwarded.", served.bubblesForwarded),
    counter(
      "teredo_server_echoes_forwarded_total",
      "ICMPv6 echo messages forwarded.",
      served.echoesForwarded,
    ),
    countersBy(
      "teredo_server_refused_total",
      "Packets that a limit refused, by its name in --limits.",
      "limit",
      served.refused,
    ),
  ];
}

function gatewayMetrics({ connections, refused, accountCount }: GatewayPart): Metric[] {
  return [
    counter(
      "teredo_gateway_connections_total",
      "Connections that left with this host's own IPv6 address.",
      connections,
    ),
    countersBy(
      "teredo_gateway_refused_total",
      "Packets that the gateway's rules in the kernel refused, by reason.",
      "reason",
      refused,
    ),
    gauge(
      "teredo_gateway_accounts",
      "Clients, or mapped addresses, that used the gateway lately.",
      [
        { value: accountCount },
      ],
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: "gauge", help, samples };
}

function counter(name: string, help: string, value: number): Metric {
  return { name, type: "counter", help, samples: [{ value }] };
}

/** A counter for each value of a label. */
function countersBy(
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number>>,
): Metric {
  return { name, type: "counter", help, samples: by(label, values) };
}

function by(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }));
}
