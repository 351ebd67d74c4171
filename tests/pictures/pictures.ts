/**
 * What people see in a terminal: the help, and the reports of machines and checks.
 *
 * @module
 */

import type { PeerStatus } from "../../client/client_status.ts";
import type { ServerFindings } from "../../client/probe/findings.ts";
import { COMMANDS } from "../../cli.ts";
import { commandHelp, programHelp } from "../../cli/args/help.ts";
import { pingText, summaryText } from "../../cli/ask/ping_text.ts";
import { statusText } from "../../cli/ask/status_text.ts";
import { clientPart, type ClientPlace } from "../../cli/daemon/status/client_part.ts";
import { EventCounts } from "../../cli/daemon/status/event_counts.ts";
import type { PingReport } from "../../cli/daemon/status/ping_report.ts";
import { relayPart } from "../../cli/daemon/status/relay_part.ts";
import { serverPart } from "../../cli/daemon/status/server_part.ts";
import {
  type RolePart,
  type StatusReport,
  statusReport,
} from "../../cli/daemon/status/status_report.ts";
import { clientChecks } from "../../cli/diagnosis/client_checks.ts";
import { diagnosisText } from "../../cli/diagnosis/diagnosis_text.ts";
import { explanationText } from "../../cli/diagnosis/explanation_text.ts";
import { hostChecks } from "../../cli/diagnosis/host_checks.ts";
import type { HostFacts } from "../../cli/diagnosis/host_facts.ts";
import { explainPing } from "../../cli/diagnosis/ping_explanation.ts";
import { fail } from "../../cli/probe/check.ts";
import { checksOf } from "../../cli/probe/probe_checks.ts";
import type { Probed } from "../../cli/probe/probe_outcome.ts";
import { probeReport } from "../../cli/probe/probe_report.ts";
import { probeText } from "../../cli/probe/probe_text.ts";
import { wrap } from "../../cli/text/layout.ts";
import { PLAIN } from "../../cli/text/style.ts";
import type { Route } from "../../ffi/route.ts";
import { Counters } from "../../io/counters.ts";
import { addressOf } from "../../wire/endpoint.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { ClientFixture } from "../client/client_fixture.ts";
import { GatewayFixture } from "../relay/gateway_fixture.ts";
import { RelayFixture } from "../relay/relay_fixture.ts";
import { ServerFixture, SOLICITATION } from "../server/server_fixture.ts";
import { ACTORS, at, ip4, ip6 } from "../vectors/vectors.ts";

/** Text that fits the terminal. */
export interface Picture {
  /** What is typed. */
  readonly command: string;
  /** When it looks so. */
  readonly when: string;
  /** The text, in lines of at most `width` columns. */
  draw(width: number): string;
}

const STARTED = Date.UTC(2026, 10, 26, 12);

/** The report of a role that has run for an hour and a half. */
function reportOf(part: RolePart, drops: readonly ("loop" | "not_echo")[] = []): StatusReport {
  const counters = new Counters();
  Object.assign(counters, {
    datagramsReceived: 18_392,
    octetsReceived: 21_400_000,
    datagramsSent: 9_120,
    octetsSent: 1_310_000,
  });
  for (const each of drops) counters.drop(each);
  const times = { started: new Date(STARTED), now: new Date(STARTED + 5_400_000) };
  return { ...statusReport(part, { counters, events: new EventCounts([]), ...times }), pid: 4711 };
}

const PEER = { octetsSent: 12_345, octetsReceived: 2_345_678, heardAgo: 3_000 } as const;

const PEERS: readonly PeerStatus[] = [
  { ...PEER, address: ACTORS.addressOfB, path: "direct", mapping: ACTORS.b },
  {
    ...PEER,
    address: ip6("2001:db8:1234:5678:9abc:def0:1234:5678"),
    path: "relay",
    mapping: ACTORS.a,
  },
  {
    ...PEER,
    address: ip6("2001:0:cb00:7178:0:efff:3fff:fdfd"),
    path: "gateway",
    mapping: ACTORS.a,
  },
  {
    ...PEER,
    address: ip6("2001:0:cb00:7178::1"),
    path: "searching",
    mapping: undefined,
    octetsReceived: 0,
  },
  {
    ...PEER,
    address: ip6("2001:0:cb00:7178::2"),
    path: "idle",
    mapping: ACTORS.b,
    heardAgo: 400_000,
  },
];

const PLACE: ClientPlace = {
  nameOf: () => "teredo.example",
  port: 40_000,
  isOwn: () => false,
  own: { name: "teredo", faults: [] },
  sourceTo: () => ip4("192.168.1.10"),
  trouble: () => undefined,
  hasSecret: false,
};

const DETOUR = {
  type: "detour",
  message:
    "Packets to Teredo clients leave through interface wg0, not teredo. Remove the route or " +
    'rule that wins: "ip -6 route get 2001::1" shows it',
} as const;

function clientReport(changes: Partial<ClientPlace> = {}): StatusReport {
  const { client, now } = ClientFixture.a();
  const none = client.status(now);
  const peerCount = { ...none.peerCount };
  for (const { path } of PEERS) peerCount[path]++;
  const status = { ...none, peerCount, peers: PEERS };
  return reportOf(clientPart(status, { ...PLACE, ...changes }), ["loop", "loop", "not_echo"]);
}

function offlineReport(): StatusReport {
  const { client, now } = new ClientFixture().wait(0).waitFor("offline");
  return reportOf(clientPart(client.status(now), PLACE));
}

function relayReport(): StatusReport {
  const fixture = new RelayFixture();
  fixture.meetA();
  return reportOf(relayPart(fixture.relay.status(fixture.now), ACTORS.a, PLACE.own));
}

function gatewayReport(): StatusReport {
  const fixture = new GatewayFixture().meetA();
  const count = (packets: number) => ({ packets, octets: 100 * packets });
  const counts = { connections: count(12), "no_connection": count(40), "own_service": count(3) };
  const status = fixture.machine.status(fixture.now);
  const gateway = {
    accountCount: 2,
    accounts: [
      { name: new TextEncoder().encode("alice").toHex(), octetsOut: 12, octetsIn: 0, usedAgo: 0 },
      { name: "192.0.2.1", octetsOut: 1_234_567, octetsIn: 987_654_321, usedAgo: 4_000 },
    ],
  };
  const busy = { ...status, relay: { ...status.relay, gateway } };
  return reportOf(serverPart(busy, PLACE.own, counts));
}

function serverReport(): StatusReport {
  const { server } = new ServerFixture().receive(SOLICITATION);
  return reportOf(serverPart(server.status(), undefined));
}

const FOUND: ServerFindings = {
  server: { primary: addressOf(at("203.0.113.1:1")), secondary: addressOf(at("203.0.113.2:1")) },
  isComplete: true,
  primary: {
    target: at("203.0.113.1:3544"),
    roundTrips: [31, 12.34, 9],
    mapping: at("192.0.2.1:50000"),
    mtu: 1280,
    refusal: undefined,
  },
  secondary: {
    target: at("203.0.113.2:3544"),
    roundTrips: [14],
    mapping: at("192.0.2.1:50000"),
    mtu: 1280,
    refusal: undefined,
  },
  mapping: { value: "endpoint_independent" },
  filtering: { value: "address_and_port_dependent" },
  hairpinning: { value: false },
};

const SILENT: ServerFindings = {
  ...FOUND,
  primary: { ...FOUND.primary, roundTrips: [], mapping: undefined, mtu: undefined },
  secondary: { ...FOUND.secondary, roundTrips: [], mapping: undefined, mtu: undefined },
  mapping: { unknown: "server_silent" },
  filtering: { unknown: "server_silent" },
  hairpinning: { unknown: "server_silent" },
};

function probed(findings: ServerFindings, more: Partial<Probed> = {}): Probed {
  return {
    type: "probed",
    name: "teredo.example",
    findings,
    localPort: 50_000,
    isOwn: () => false,
    obstacle: undefined,
    hasSecret: false,
    address: parseIpv6("2001:0:cb00:7101:385c:3caf:3fff:fdfe"),
    lifetime: { isComplete: true, held: 120_000, lost: undefined },
    ...more,
  };
}

const TIMEOUT = 10_000;

const ANSWERS: readonly PingReport[] = [
  {
    destination: "2001:0:cb00:7101:385c:63bf:acfe:fdfe",
    outcome: "answered",
    roundTrip: 41.72,
    path: "direct",
    mapping: "198.51.100.20:40960",
  },
  {
    destination: "2001:0:cb00:7101:385c:63bf:acfe:fdfe",
    outcome: "answered",
    roundTrip: 7.08,
    path: "direct",
    mapping: "198.51.100.20:40960",
  },
];

const SILENCE: PingReport = {
  destination: "2001:0:cb00:7101:385c:63bf:acfe:fdfe",
  outcome: "silent",
  roundTrip: null,
  path: "searching",
  mapping: null,
};

/** The lines of `teredo ping` in a terminal. */
function pings(reports: readonly PingReport[], width: number): string[] {
  return [...reports.map((each) => pingText(each, TIMEOUT)), summaryText(reports)]
    .flatMap((line) => wrap(line, width, 4));
}

function explanation(status: StatusReport) {
  return explainPing({ report: SILENCE, status, peerServer: "answers" })!;
}

function through(interfaceName: string): Route {
  return { interfaceIndex: 2, interfaceName, source: undefined, gateway: undefined };
}

const HOST: HostFacts = {
  versions: "teredo 0.1.0 (Deno 2.7.11, linux x86_64), kernel 6.1.0-31-amd64",
  ways: { ipv4: through("eth0"), teredo: through("wg0"), native: through("teredo") },
  ownRoutes: { teredo: true, native: true },
  ipv6Off: [],
  mtu: 1400,
  firewall: { chains: [{ hook: "input", name: "inet filter input", drops: "new" }] },
  nameOrder: "",
  clock: STARTED,
};

/** A client whose routes a VPN took, and a peer that does not answer. */
function diagnosis(width: number): string {
  const report = clientReport({ own: { name: "teredo", faults: [DETOUR] } });
  const ping = explanation(report);
  const { meaning, advice } = ping;
  const checks = [
    ...clientChecks(report),
    ...hostChecks(HOST, report, true),
    ...checksOf(probed(FOUND)),
    fail("peer", `${SILENCE.destination} did not answer. ${meaning}`, advice),
  ];
  const rest = { schema: 1, version: "0.1.0", made: "", probe: null, client: null } as const;
  return diagnosisText({ ...rest, checks, ping }, width);
}

const status = (report: StatusReport) => (width: number) => statusText(report, PLAIN, width);
const probe = (...outcomes: Probed[]) => (width: number) => probeText(probeReport(outcomes), width);

/** The help of the program and of each command. */
export const HELP: readonly Picture[] = [
  { command: "teredo --help", when: "", draw: (width) => programHelp(COMMANDS, width) },
  ...COMMANDS.map((command) => ({
    command: `teredo ${command.name} --help`,
    when: "",
    draw: (width: number) => commandHelp(command, width),
  })),
];

/** Reports. */
export const REPORTS: readonly Picture[] = [
  { command: "teredo status", when: "A client with peers", draw: status(clientReport()) },
  {
    command: "teredo status",
    when: "A client whose packets a VPN takes",
    draw: status(clientReport({ own: { name: "teredo", faults: [DETOUR] } })),
  },
  {
    command: "teredo status",
    when: "A client whose server does not answer",
    draw: status(offlineReport()),
  },
  { command: "teredo status", when: "A server", draw: status(serverReport()) },
  { command: "teredo status", when: "A server with a gateway", draw: status(gatewayReport()) },
  { command: "teredo status", when: "A relay", draw: status(relayReport()) },
  {
    command: "teredo probe teredo.example",
    when: "A server that works, behind a NAT",
    draw: probe(probed(FOUND)),
  },
  {
    command: "teredo probe teredo.example",
    when: "A server that does not answer",
    draw: probe(probed(SILENT, { address: undefined, lifetime: undefined })),
  },
  {
    command: "teredo ping 2001:0:cb00:7101:385c:63bf:acfe:fdfe",
    when: "A peer that answers",
    draw: (width) => [...pings(ANSWERS, width), ""].join("\n"),
  },
  {
    command: "teredo ping 2001:0:cb00:7101:385c:63bf:acfe:fdfe",
    when: "A peer that does not",
    draw: (width) =>
      [...pings([SILENCE], width), explanationText(explanation(clientReport()), width), ""]
        .join("\n"),
  },
  {
    command: "teredo diagnose 2001:0:cb00:7101:385c:63bf:acfe:fdfe",
    when: "A client whose packets a VPN takes, and a peer that does not answer",
    draw: diagnosis,
  },
];
