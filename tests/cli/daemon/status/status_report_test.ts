/** Reports of each role in each of its states, held to docs/status.schema.json. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ClientEvent } from "../../../../client/client_event.ts";
import type { ClientStatus } from "../../../../client/client_status.ts";
import type { OfflineReason } from "../../../../client/client_event.ts";
import { clientPart, type ClientPlace } from "../../../../cli/daemon/status/client_part.ts";
import { LISTED } from "../../../../cli/daemon/status/peer_part.ts";
import { relayPart } from "../../../../cli/daemon/status/relay_part.ts";
import { serverPart } from "../../../../cli/daemon/status/server_part.ts";
import {
  type RolePart,
  type StatusReport,
  statusReport,
} from "../../../../cli/daemon/status/status_report.ts";
import { isStatusReport } from "../../../../cli/ask/answer_shape.ts";
import { statusText } from "../../../../cli/ask/status_text.ts";
import { COLOURED, PLAIN } from "../../../../cli/text/style.ts";
import type { PortMappingStatus } from "../../../../nodes/client_mapping.ts";
import { Counters } from "../../../../io/counters.ts";
import { EventCounts } from "../../../../cli/daemon/status/event_counts.ts";
import { ServerWithRelay } from "../../../../server/server_with_relay.ts";
import type { DropReason } from "../../../../protocol/drop_reason.ts";
import { encodeBubble } from "../../../../wire/bubble.ts";
import { addressOf, endpoint, portOf } from "../../../../wire/endpoint.ts";
import { formatIpv4 } from "../../../../wire/ipv4_address.ts";
import { ClientFixture, packet } from "../../../client/client_fixture.ts";
import { schemaValidator } from "../../../json_schema.ts";
import { RelayFixture } from "../../../relay/relay_fixture.ts";
import { S1, ServerFixture, SOLICITATION } from "../../../server/server_fixture.ts";
import { ACTORS, at, ip4, ip6 } from "../../../vectors/vectors.ts";

const schema = new URL("../../../../docs/status.schema.json", import.meta.url);
const mistakesOf = schemaValidator(JSON.parse(await Deno.readTextFile(schema)));

/** More reasons than a line has room for. */
const REASONS: readonly DropReason[] = [
  ...["loop", "not_echo", "peer_not_trusted", "source_mismatch", "queue_full"] as const,
  ...["rate_limited", "peer_unreachable", "destination_invalid"] as const,
];

const STARTED = new Date("2026-08-01T12:00:00Z");

const PLACE: ClientPlace = {
  nameOf: () => "teredo.example",
  port: 40000,
  isOwn: () => false,
  own: { name: "teredo", faults: [] },
  sourceTo: () => ip4("192.168.1.10"),
};

function reportOf(part: RolePart, change: (counters: Counters) => void = () => {}): StatusReport {
  const counters = new Counters();
  change(counters);
  const events = new EventCounts(["qualified"]);
  return statusReport(part, {
    counters,
    events,
    started: STARTED,
    now: new Date(STARTED.getTime() + 90_000),
  });
}

function clientReport({ client, now }: ClientFixture, place: ClientPlace = PLACE): StatusReport {
  return reportOf(clientPart(client.status(now), place));
}

/** The report as a program gets it. */
function published(report: StatusReport): unknown {
  const value: unknown = JSON.parse(JSON.stringify(report));
  assertEquals(mistakesOf(value), []);
  assert(isStatusReport(value), "teredo status would not show the report");
  return value;
}

/** A client in each of its states. */
const CLIENTS: Readonly<Record<string, () => ClientFixture>> = {
  "new": () => new ClientFixture(),
  "qualifying": () => new ClientFixture().wait(0),
  "qualified": () => ClientFixture.a(),
  "off-line": () => new ClientFixture().wait(0).waitFor("offline"),
  "disabled": () => {
    const fixture = ClientFixture.a();
    fixture.client.disable(fixture.sink);
    return fixture;
  },
  "searching": () => {
    const fixture = ClientFixture.a();
    const self = fixture.client.status(fixture.now).address!;
    return fixture.send(packet(self, ACTORS.addressOfB));
  },
  "with a peer": () => {
    const fixture = ClientFixture.a();
    const self = fixture.client.status(fixture.now).address!;
    fixture.send(packet(self, ACTORS.addressOfB));
    return fixture.receive(encodeBubble(ACTORS.addressOfB, self), ACTORS.b);
  },
};

Deno.test("status: a client that rests says why", () => {
  const text = statusText(clientReport(CLIENTS["disabled"]!()), PLAIN, 80);
  assertMatch(text, /State +disabled: this host has native IPv6\n/);
});

for (const [what, make] of Object.entries(CLIENTS)) {
  Deno.test(`status: the report of a client that is ${what} fits the schema`, () => {
    published(clientReport(make()));
  });
}

/** What a client may say of its port mapping, and the text about it. */
const MAPPING = {
  protocol: "pcp",
  router: ip4("192.168.1.1"),
  internal: endpoint(ip4("192.168.1.10"), 40_000),
  external: endpoint(ip4("203.0.113.5"), 40_000),
  nonce: new Uint8Array(12),
} as const;
const MAPPED = { state: "mapped", mapping: MAPPING, expiresIn: 3_600_000, view: "in_use" } as const;
const TRIED = [{ protocol: "upnp", reason: "port_taken" }] as const;
const PORT_MAPPINGS: readonly [PortMappingStatus, string][] = [
  [MAPPED, "203.0.113.5:40000 by PCP, for 1 h"],
  [{ ...MAPPED, expiresIn: Infinity, view: "unknown" }, "203.0.113.5:40000 by PCP, until removed"],
  [
    { ...MAPPED, view: "other_address" },
    "203.0.113.5:40000 by PCP, for 1 h; another NAT is beyond the router, so only peers behind " +
    "that NAT can use it",
  ],
  [{ state: "asking", protocol: "nat-pmp" }, "asking the router by NAT-PMP"],
  [
    { state: "failed", reason: "port_taken", tried: TRIED, retryIn: 600_000 },
    "none: the router maps no port, because the ports that were tried lead to other hosts; asked " +
    "again in 10 min",
  ],
  [{ state: "idle", reason: "off" }, "off"],
  [{ state: "idle", reason: "public_address" }, "not needed: this host has a public address"],
];

for (const [mapping, text] of PORT_MAPPINGS) {
  Deno.test(`status: a port mapping is told: ${text}`, () => {
    const { client, now } = ClientFixture.a();
    const report = reportOf(clientPart(client.status(now), PLACE, mapping));
    published(report);
    assertStringIncludes(statusText(report, PLAIN, 200), `  Port Mapping             ${text}\n`);
  });
}

Deno.test("status: the schema names each state of a client, and each reason to be off-line", () => {
  const part = clientPart(new ClientFixture().wait(0).client.status(0), PLACE);
  const reasons: Record<OfflineReason, true> = {
    "no_reply_from_primary": true,
    "symmetric_nat": true,
    "server_lost": true,
    "authentication_failed": true,
    "new_key_needed": true,
  };
  for (const reason of Object.keys(reasons) as OfflineReason[]) {
    const report = reportOf({ ...part, state: "offline", offline: { reason, retryIn: 1 } });
    published(report);
    assertMatch(statusText(report, PLAIN, 120), /State +offline: the .*; next try in 0 s\n/);
  }
  for (const nat of ["none", "restricted", "symmetric"] as const) {
    published(reportOf({ ...part, nat, portPreserved: true }));
  }
});

Deno.test("status: a client's server has a secondary address once it has answered from there", () => {
  const { client, now } = CLIENTS["qualified"]!();
  const secondaryWith = (nat: ClientStatus["nat"]) =>
    clientPart({ ...client.status(now), nat }, PLACE).server?.secondary;
  assertEquals(secondaryWith("restricted"), "203.0.113.121");
  assertEquals([secondaryWith("unknown"), secondaryWith(undefined)], [null, null]);
});

for (const secure of [false, true]) {
  Deno.test(`status: a server's report fits the schema, ${secure ? "secure" : "open"}`, () => {
    const secrets = secure ? { find: () => undefined } : undefined;
    const { server } = new ServerFixture({ secrets });
    published(reportOf(serverPart(server.status(), undefined)));
  });
}

Deno.test("status: a server without a secondary address or an MTU has null there", () => {
  const { server } = new ServerFixture({ secondary: undefined, advertisedMtu: "omit" });
  const report = reportOf(serverPart(server.status(), undefined));
  published(report);
  assertEquals([report.server?.secondary, report.mtu], [null, null]);
});

Deno.test("status: a server whose host lacks something is not ready", () => {
  const { server } = new ServerFixture();
  const fault = { type: "incomplete", message: "It has lost an address" } as const;
  const report = reportOf(serverPart(server.status(), undefined, undefined, [fault]));
  published(report);
  assertEquals([report.ready, report.interface, report.interfaceFaults], [false, null, [fault]]);
});

Deno.test("status: a server or relay behind a 1:1 NAT has its own address as the local mapping", () => {
  const { server } = new ServerFixture();
  const [own, elsewhere] = [ip4("10.0.0.5"), ip4("203.0.113.9")];
  const relay = new RelayFixture();
  const reports = [
    reportOf(serverPart(server.status(), undefined, undefined, [], own)),
    reportOf(
      relayPart(relay.relay.status(0), endpoint(own, 3545), PLACE.own, undefined, elsewhere),
    ),
  ];
  for (const report of reports) published(report);
  assertEquals(
    reports.map(({ localMapping, externalMapping }) => [localMapping, externalMapping]),
    [
      ["10.0.0.5:3544", `${formatIpv4(ACTORS.s1)}:3544`],
      ["10.0.0.5:3545", "203.0.113.9:3545"],
    ],
  );
  assertStringIncludes(
    statusText(reports[0]!, PLAIN, 80),
    `  Primary Address          ${formatIpv4(ACTORS.s1)}\n`,
  );
  const alone = reportOf(serverPart(server.status(), undefined));
  assertEquals(alone.externalMapping, null);
});

Deno.test("status: a relay's report fits the schema, and lists its clients", () => {
  const fixture = new RelayFixture();
  published(reportOf(relayPart(fixture.relay.status(fixture.now), ACTORS.a, PLACE.own)));
  fixture.meetA();
  const report = reportOf(relayPart(fixture.relay.status(fixture.now), ACTORS.a, PLACE.own));
  published(report);
  assertEquals(report.peers.map(({ path }) => path), ["direct"]);
  const { direct, ...others } = report.peerCount;
  assertEquals([direct, new Set(Object.values(others))], [1, new Set([0])]);
});

Deno.test("status: a server with a relay reports both in one", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  const both = new ServerWithRelay(S1, fixture.relay);
  const report = reportOf(serverPart(both.status(fixture.now), PLACE.own));
  published(report);
  assertEquals([report.role, report.interface, report.peers.length], ["server+relay", "teredo", 1]);
  assertEquals(report.served?.bubblesForwarded, 0);
});

Deno.test("status: what a server did is counted", () => {
  const { server } = new ServerFixture().receive(SOLICITATION);
  const { served } = reportOf(serverPart(server.status(), undefined));
  assertEquals([served?.solicitationsAnswered, served?.secure], [1, false]);
});

Deno.test("status: the schema refuses what a report never says", () => {
  const report = clientReport(ClientFixture.a());
  assertEquals(mistakesOf({ ...report, state: "fine" }).length, 1);
  assertEquals(mistakesOf({ ...report, extra: 1 }).length, 1);
  assertEquals(mistakesOf({ ...report, drops: { loop: -1 } }).length, 1);
  const { peers: _, ...rest } = report;
  assertEquals(mistakesOf(rest).length, 1);
});

Deno.test("status: a NAT is none when the mapping is the host's own address and port", () => {
  const fixture = ClientFixture.a();
  const { mapping } = fixture.client.status(fixture.now);
  const own = { ...PLACE, port: portOf(mapping!), isOwn: () => true };
  assertEquals(clientReport(fixture, own).nat, "none");
  assertEquals(clientReport(fixture, { ...own, isOwn: () => false }).nat, "restricted");
  assertEquals(clientReport(fixture, { ...own, isOwn: () => false }).portPreserved, true);
  const elsewhere = clientReport(fixture);
  assertEquals([elsewhere.nat, elsewhere.portPreserved], ["restricted", false]);
});

Deno.test("status: the text has the words of netsh, the peers and the drops", () => {
  const { client, now } = CLIENTS["with a peer"]!();
  const report = reportOf(clientPart(client.status(now), PLACE), (counters) => {
    counters.drop("loop");
    counters.drop("loop");
    counters.drop("not_echo");
    counters.octetsReceived = 2048;
    counters.datagramsReceived = 1;
  });
  const text = statusText(report, PLAIN, 80);
  for (
    const line of [
      "Teredo client: qualified\n",
      "  Type                     client\n",
      "  State                    qualified\n",
      "  Client Refresh Interval  30 s\n",
      "  Client Port              40000\n",
      "  NAT                      cone of some kind\n",
      "  NAT Special Behaviour    PortPreserving: No\n",
      "  Local Mapping            192.168.1.10:40000\n",
      "  Uptime                   90 s\n",
      "  Received                 2.0 KiB in 1 datagram\n",
      "Peers: 1 direct\n",
      "Dropped: 2 loop, 1 not_echo\n",
    ]
  ) assertStringIncludes(text, line);
  assertMatch(text, /Teredo Address +2001:0:/);
  assertMatch(
    text,
    new RegExp(
      `Server Name +teredo\\.example \\(${formatIpv4(addressOf(endpoint(ACTORS.s1, 1)))}\\), heard`,
    ),
  );
  assertMatch(
    text,
    / {2}2001:0:\S+ {2}direct\n {4}at \S+:\d+, heard 0 s ago, 48 B sent, 0 B received\n/,
  );
  assertMatch(
    statusText(report, PLAIN, 120),
    / {2}2001:0:\S+ {2}direct {2}at \S+:\d+ {2}heard 0 s ago {2}48 B sent {2}0 B received\n/,
  );
  assertEquals(text.includes("\x1b"), false);
  assertStringIncludes(statusText(report, COLOURED, 80), "\x1b[32mqualified\x1b[39m");
});

Deno.test("status: of many peers the report lists a thousand and the text twenty", () => {
  const { client, now } = ClientFixture.a();
  const peer = {
    address: ip6("2001:db8::1"),
    path: "relay" as const,
    mapping: ACTORS.b,
    heardAgo: 1.5,
    octetsSent: 1,
    octetsReceived: 1,
  };
  const peers = Array.from({ length: LISTED }, () => peer);
  const peerCount = { ...client.status(now).peerCount, relay: 1200 };
  const report = reportOf(clientPart({ ...client.status(now), peers, peerCount }, PLACE));
  published(report);
  assertEquals([report.peers.length, report.peerCount.relay], [1000, 1200]);
  assertStringIncludes(statusText(report, PLAIN, 80), "\n  and 1180 more\n");
});

for (const width of [60, 80, 132]) {
  Deno.test(`status: the text fits a terminal of ${width} columns, with whole words`, () => {
    const { client, now } = ClientFixture.a();
    const peers = (["direct", "relay", "local", "searching", "idle", "unreachable"] as const).map(
      (path) => ({
        address: ip6("2001:db8:1234:5678:9abc:def0:1234:5678"),
        path,
        mapping: path === "searching" ? undefined : at("203.113.213.123:54321"),
        heardAgo: 5_000_000,
        octetsSent: 1023 * 1024,
        octetsReceived: 1023 * 1024,
      }),
    );
    const place = { ...PLACE, nameOf: () => "a.server.with.a.rather.long.name.teredo.example" };
    const part = clientPart({ ...client.status(now), peers }, place);
    const offline = { reason: "no_reply_from_primary", retryIn: 100_000 } as const;
    const report = reportOf({ ...part, state: "offline", offline }, (counters) => {
      for (const reason of REASONS) counters.drop(reason);
    });
    const text = statusText(report, PLAIN, width);
    assertEquals(text.split("\n").filter((line) => line.length > width), []);
    const words = (of: string) => of.replaceAll(",", "").split(/\s+/);
    assertEquals(words(text), words(statusText(report, PLAIN, 1000)));
  });
}

Deno.test("status: events are counted, those of interest from zero on", () => {
  const counts = new EventCounts(["qualified", "offline"] satisfies ClientEvent["type"][]);
  counts.count("qualified");
  counts.count("peer_reached");
  counts.count("peer_reached");
  assertEquals(counts.all(), { "qualified": 1, "offline": 0, "peer_reached": 2 });
});

Deno.test("status: a role whose interface has a fault is not ready, and says what is wrong", () => {
  const message = "Packets to Teredo clients leave through interface wg0, not teredo. Look for it";
  const own = { name: "teredo", faults: [{ type: "detour", message }] } as const;
  const { client, now } = ClientFixture.a();
  const relay = new RelayFixture();
  const both = new ServerWithRelay(S1, relay.relay);
  const parts = [
    clientPart(client.status(now), { ...PLACE, own }),
    relayPart(relay.relay.status(relay.now), ACTORS.a, own),
    serverPart(both.status(relay.now), own),
  ];
  for (const part of parts) {
    const report = reportOf(part);
    published(report);
    assertEquals([report.ready, report.interfaceFaults], [false, own.faults], report.role);
    assertStringIncludes(statusText(report, PLAIN, 200), `  Fault                    ${message}`);
  }
});

Deno.test("status: a report of another version, or with control characters, is not shown", () => {
  const report = published(clientReport(ClientFixture.a())) as StatusReport;
  const changes: readonly Partial<Record<keyof StatusReport, unknown>>[] = [
    { schema: 2 },
    { server: {} },
    { nat: "toString" },
    { counters: null },
    { drops: { loop: "many" } },
    { peers: [null] },
    { portMapping: { ...report.portMapping, state: "idle", reason: "refused" } },
    { address: "\x1b[2J" },
  ];
  for (const change of changes) {
    assert(!isStatusReport({ ...report, ...change }), Object.keys(change)[0]);
  }
});
