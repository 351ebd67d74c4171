/**
 * The sections of the dashboard, and what each panel asks for.
 *
 * @module
 */

/** What is chosen above the panels. */
const CHOSEN = 'job=~"$job", instance=~"$instance"';

/** A line of a panel. */
interface Query {
  /** PromQL. */
  readonly expr: string;
  /** How the line is named: text with `{{label}}` in it. */
  readonly legend: string;
}

/** A panel. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly type: "stat" | "state-timeline" | "timeseries";
  /** As Grafana calls it. */
  readonly unit: string;
  /** Of the 24 columns. */
  readonly width: 6 | 8 | 12;
  readonly queries: readonly Query[];
  /** Words for values. */
  readonly words?: Readonly<Record<number, readonly [text: string, colour: string]>>;
}

/** Panels that belong together. */
interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A counter per second, as long as the graph's resolution allows. */
function rate(counter: string, matchers = CHOSEN): string {
  return `rate(${counter}{${matchers}}[$__rate_interval])`;
}

const YES_OR_NO = { 0: ["no", "red"], 1: ["yes", "green"] } as const;

/** All of them, in their order. */
export const SECTIONS: readonly Section[] = [
  {
    title: "Health",
    panels: [
      {
        title: "Answers",
        description: "Whether Prometheus reaches the instance.",
        type: "stat",
        unit: "none",
        width: 6,
        queries: [{ expr: `up{${CHOSEN}}`, legend: "{{instance}}" }],
        words: YES_OR_NO,
      },
      {
        title: "Works",
        description:
          "Whether a client is qualified, a server or relay serves, and nothing is wrong with its interface or host.",
        type: "stat",
        unit: "none",
        width: 6,
        queries: [{
          expr: `teredo_ready{${CHOSEN}} * on (job, instance) group_left (role, version) ` +
            `teredo_info{${CHOSEN}}`,
          legend: "{{instance}}: {{role}} {{version}}",
        }],
        words: YES_OR_NO,
      },
      {
        title: "Interface faults",
        description:
          "What the interface lacks, and packets that leave by another way: teredo status says more.",
        type: "stat",
        unit: "none",
        width: 6,
        queries: [{
          expr: `sum by (instance, type) (teredo_interface_faults{${CHOSEN}})`,
          legend: "{{instance}}: {{type}}",
        }],
      },
      {
        title: "Runs since",
        description: "The time since the role started.",
        type: "stat",
        unit: "s",
        width: 6,
        queries: [{
          expr: `time() - teredo_start_time_seconds{${CHOSEN}}`,
          legend: "{{instance}}",
        }],
      },
      {
        title: "Time to answer",
        description:
          "How long a scrape takes. The program answers between packets, so this grows when it has more packets than time.",
        type: "timeseries",
        unit: "s",
        width: 6,
        queries: [{
          expr: `scrape_duration_seconds{${CHOSEN}}`,
          legend: "{{instance}}",
        }],
      },
    ],
  },
  {
    title: "Traffic",
    panels: [
      {
        title: "UDP payload",
        description: "Bits per second; sent ones are below zero.",
        type: "timeseries",
        unit: "bps",
        width: 12,
        queries: [
          { expr: `8 * ${rate("teredo_received_bytes_total")}`, legend: "{{instance}} received" },
          { expr: `-8 * ${rate("teredo_sent_bytes_total")}`, legend: "{{instance}} sent" },
        ],
      },
      {
        title: "UDP datagrams",
        description: "Datagrams per second; sent ones are below zero.",
        type: "timeseries",
        unit: "pps",
        width: 12,
        queries: [
          { expr: rate("teredo_datagrams_received_total"), legend: "{{instance}} received" },
          { expr: `-${rate("teredo_datagrams_sent_total")}`, legend: "{{instance}} sent" },
        ],
      },
      {
        title: "IPv6 packets",
        description:
          "Packets per second that the host sent into the tunnel; those that it received are below zero.",
        type: "timeseries",
        unit: "pps",
        width: 8,
        queries: [
          { expr: rate("teredo_host_packets_received_total"), legend: "{{instance}} from host" },
          { expr: `-${rate("teredo_host_packets_sent_total")}`, legend: "{{instance}} to host" },
        ],
      },
      {
        title: "Drops by reason",
        description: "Datagrams and packets per second that were dropped, by reason.",
        type: "timeseries",
        unit: "pps",
        width: 8,
        queries: [{
          expr: `sum by (instance, reason) (${rate("teredo_drops_total")}) > 0`,
          legend: "{{instance}} {{reason}}",
        }],
      },
      {
        title: "Events",
        description: "What the roles reported, per minute: peers found and lost, limits reached.",
        type: "timeseries",
        unit: "cpm",
        width: 8,
        queries: [{
          expr: `60 * sum by (instance, event) (${rate("teredo_events_total")}) > 0`,
          legend: "{{instance}} {{event}}",
        }],
      },
    ],
  },
  {
    title: "Client",
    panels: [
      {
        title: "State",
        description: "The state of each client.",
        type: "state-timeline",
        unit: "none",
        width: 12,
        queries: [{
          expr: `sum by (instance) (teredo_client_state{${CHOSEN}, state="qualified"}` +
            ` + on (job, instance) 2 * teredo_client_state{${CHOSEN}, state="qualifying"}` +
            ` + on (job, instance) 3 * teredo_client_state{${CHOSEN}, state="offline"}` +
            ` + on (job, instance) 4 * teredo_client_state{${CHOSEN}, state="disabled"})`,
          legend: "{{instance}}",
        }],
        words: {
          1: ["qualified", "green"],
          2: ["qualifying", "yellow"],
          3: ["off-line", "red"],
          4: ["native IPv6", "blue"],
        },
      },
      {
        title: "Qualifications in an hour",
        description:
          "How often it got an address. If this is more than a few times, its NAT forgets the mapping.",
        type: "timeseries",
        unit: "short",
        width: 6,
        queries: [{
          expr: `increase(teredo_client_qualifications_total{${CHOSEN}}[1h])`,
          legend: "{{instance}}",
        }],
      },
      {
        title: "Refresh interval",
        description: "How often the mapping is refreshed.",
        type: "timeseries",
        unit: "s",
        width: 6,
        queries: [{
          expr: `teredo_client_refresh_interval_seconds{${CHOSEN}}`,
          legend: "{{instance}}",
        }],
      },
      {
        title: "Port mapping",
        description: "The protocol by which the router maps the client's port.",
        type: "state-timeline",
        unit: "none",
        width: 12,
        queries: [{
          expr: `sum by (instance) (teredo_client_port_mapping{${CHOSEN}, protocol="pcp"}` +
            ` + on (job, instance) 2 * teredo_client_port_mapping{${CHOSEN}, protocol="nat-pmp"}` +
            ` + on (job, instance) 3 * teredo_client_port_mapping{${CHOSEN}, protocol="upnp"})`,
          legend: "{{instance}}",
        }],
        words: {
          0: ["none", "yellow"],
          1: ["PCP", "green"],
          2: ["NAT-PMP", "green"],
          3: ["UPnP", "green"],
        },
      },
      {
        title: "Port mapping ends in",
        description: "How long the router keeps the mapping unless it is renewed; 0 if it stays.",
        type: "timeseries",
        unit: "s",
        width: 12,
        queries: [{
          expr: `teredo_client_port_mapping_expiry_seconds{${CHOSEN}}`,
          legend: "{{instance}}",
        }],
      },
    ],
  },
  {
    title: "Client and relay",
    panels: [
      {
        title: "Peers",
        description: "Known peers by the path to them.",
        type: "timeseries",
        unit: "short",
        width: 12,
        queries: [{
          expr: `sum by (instance, path) (teredo_peers{${CHOSEN}})`,
          legend: "{{instance}} {{path}}",
        }],
      },
    ],
  },
  {
    title: "Server",
    panels: [
      {
        title: "Work",
        description: "What the server did per second.",
        type: "timeseries",
        unit: "ops",
        width: 12,
        queries: [
          {
            expr: rate("teredo_server_solicitations_answered_total"),
            legend: "{{instance}} solicitations answered",
          },
          {
            expr: rate("teredo_server_bubbles_forwarded_total"),
            legend: "{{instance}} bubbles forwarded",
          },
          {
            expr: rate("teredo_server_echoes_forwarded_total"),
            legend: "{{instance}} echoes forwarded",
          },
        ],
      },
      {
        title: "Refused by limits",
        description: "Packets a second that each limit of --limits refused.",
        type: "timeseries",
        unit: "pps",
        width: 12,
        queries: [{ expr: rate("teredo_server_refused_total"), legend: "{{instance}} {{limit}}" }],
      },
    ],
  },
  {
    title: "Gateway",
    panels: [
      {
        title: "Connections",
        description: "Connections per second that left with the gateway's IPv6 address.",
        type: "timeseries",
        unit: "ops",
        width: 8,
        queries: [{ expr: rate("teredo_gateway_connections_total"), legend: "{{instance}}" }],
      },
      {
        title: "Refused by its rules",
        description: "Packets a second that the gateway's rules in the kernel refused, by reason.",
        type: "timeseries",
        unit: "pps",
        width: 8,
        queries: [{
          expr: rate("teredo_gateway_refused_total"),
          legend: "{{instance}} {{reason}}",
        }],
      },
      {
        title: "Users",
        description: "Clients, or mapped addresses, that used the gateway lately.",
        type: "timeseries",
        unit: "short",
        width: 8,
        queries: [{ expr: `teredo_gateway_accounts{${CHOSEN}}`, legend: "{{instance}}" }],
      },
    ],
  },
  {
    title: "Process",
    panels: [
      {
        title: "Processor",
        description: "The share of one processor.",
        type: "timeseries",
        unit: "percentunit",
        width: 8,
        queries: [{ expr: rate("process_cpu_seconds_total"), legend: "{{instance}}" }],
      },
      {
        title: "Memory",
        description: "Resident memory.",
        type: "timeseries",
        unit: "bytes",
        width: 8,
        queries: [{ expr: `process_resident_memory_bytes{${CHOSEN}}`, legend: "{{instance}}" }],
      },
      {
        title: "Failed system calls",
        description: "System calls that failed, per second, by call and error.",
        type: "timeseries",
        unit: "cps",
        width: 8,
        queries: [{
          expr: rate("teredo_system_errors_total"),
          legend: "{{instance}} {{call}} {{error}}",
        }],
      },
    ],
  },
];
