/** What is said of findings: rows, struct and text. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { AddressFinding, ServerFindings } from "../../../client/probe/findings.ts";
import type { LifetimeFindings } from "../../../client/probe/mapping_lifetime.ts";
import type { Check } from "../../../cli/probe/check.ts";
import { checksOf } from "../../../cli/probe/probe_checks.ts";
import type { Probed, ProbeOutcome } from "../../../cli/probe/probe_outcome.ts";
import { probeReport } from "../../../cli/probe/probe_report.ts";
import { probeText } from "../../../cli/probe/probe_text.ts";
import { addressOf, type Endpoint } from "../../../wire/endpoint.ts";
import { at, ip6 } from "../../vectors/vectors.ts";

const OWN = at("10.0.0.2:50000");
const SEEN = at("192.0.2.1:50000");

function found(target: string, mapping: Endpoint | undefined, ...roundTrips: number[]) {
  const finding: AddressFinding = {
    target: at(target),
    roundTrips,
    mapping,
    mtu: mapping && 1280,
    refusal: undefined,
  };
  return finding;
}

const CONE: ServerFindings = {
  server: { primary: addressOf(at("203.0.113.1:1")), secondary: addressOf(at("203.0.113.2:1")) },
  isComplete: true,
  primary: found("203.0.113.1:3544", SEEN, 31, 12.34, 9),
  secondary: found("203.0.113.2:3544", SEEN, 14),
  mapping: { value: "endpoint_independent" },
  filtering: { value: "endpoint_independent" },
  hairpinning: { value: true },
};

const SILENT: ServerFindings = {
  ...CONE,
  primary: found("203.0.113.1:3544", undefined),
  secondary: found("203.0.113.2:3544", undefined),
  mapping: { unknown: "server_silent" },
  filtering: { unknown: "server_silent" },
  hairpinning: { unknown: "server_silent" },
};

function probed(findings: Partial<ServerFindings>, more: Partial<Probed> = {}): Probed {
  return {
    type: "probed",
    name: "teredo.example",
    findings: { ...CONE, ...findings },
    localPort: 50_000,
    isOwn: (endpoint) => endpoint === OWN,
    obstacle: undefined,
    hasSecret: false,
    address: ip6("2001:0:cb00:7101:385c:3caf:3fff:fdfe"),
    ...more,
  };
}

/** A row by its name. */
function row(outcome: ProbeOutcome, name: string): Check {
  return checksOf(outcome).find(({ check }) => check === name)!;
}

const SYMMETRIC = {
  secondary: found("203.0.113.2:3544", at("192.0.2.1:6000"), 14),
  mapping: { value: "destination_dependent" },
  filtering: { unknown: "mapping_dependent" },
  hairpinning: { unknown: "mapping_dependent" },
} as const;

const NO_NAT = {
  primary: found("203.0.113.1:3544", OWN, 5),
  secondary: found("203.0.113.2:3544", OWN, 5),
  hairpinning: { unknown: "no_nat" },
} as const;

function lifetime(
  held: number | undefined,
  lost: number | undefined,
): { lifetime: LifetimeFindings } {
  return { lifetime: { isComplete: true, held, lost } };
}

const ROWS: readonly [ProbeOutcome, check: string, result: string, detail: string, rem?: string][] =
  [
    [probed({}), "primary address", "PASS", "203.0.113.1 answered in 12 ms (median of 3)"],
    [probed({}), "secondary address", "PASS", "203.0.113.2 answered in 14 ms"],
    [
      probed(SILENT),
      "primary address",
      "FAIL",
      "203.0.113.1 does not answer",
      "blocks UDP to its port 3544",
    ],
    [
      probed(SILENT),
      "primary address",
      "FAIL",
      "203.0.113.1 does not answer",
      "that it does not require --identifier and --secret-file",
    ],
    [
      probed(SILENT, { hasSecret: true }),
      "primary address",
      "FAIL",
      "203.0.113.1 does not answer",
      "that it knows this --identifier with the same secret",
    ],
    [
      probed({ primary: { ...SILENT.primary, refusal: "authentication_failed" } }),
      "primary address",
      "FAIL",
      "203.0.113.1 answered, but no client accepts the answer (authentication_failed)",
      "does not prove that it knows the secret",
    ],
    [
      probed(SILENT, { obstacle: "no_route" }),
      "primary address",
      "FAIL",
      "This host has no route to 203.0.113.1",
      "default route",
    ],
    [
      probed(SILENT, { obstacle: "forbidden" }),
      "primary address",
      "FAIL",
      "This host refuses to send to 203.0.113.1, although it has a route",
      "let UDP to port 3544 out",
    ],
    [
      probed(SILENT, { obstacle: "port_closed" }),
      "primary address",
      "FAIL",
      "203.0.113.1 rejects UDP to its port 3544",
      "no Teredo server runs there",
    ],
    [
      probed(SILENT, { obstacle: "unreachable" }),
      "primary address",
      "FAIL",
      "A router says that 203.0.113.1 can't be reached",
      "Check the server's address",
    ],
    [probed(SILENT), "secondary address", "SKIP", "203.0.113.2 does not answer either"],
    [
      probed({ ...SILENT, primary: CONE.primary }),
      "secondary address",
      "NOTE",
      "203.0.113.2 does not answer",
      "teredo.example,SECONDARY",
    ],
    [
      probed({ primary: { ...SILENT.primary, refusal: "origin_not_global" } }),
      "primary address",
      "FAIL",
      "203.0.113.1 answered, but no client accepts the answer (origin_not_global)",
      "--allow-private",
    ],
    [
      probed({}),
      "mapping",
      "PASS",
      "Endpoint-independent: both addresses see 192.0.2.1:50000",
    ],
    [
      probed(SYMMETRIC),
      "mapping",
      "FAIL",
      "Symmetric NAT: one address sees 192.0.2.1:50000, the other 192.0.2.1:6000",
      "RFC 4787",
    ],
    [
      probed({ ...SYMMETRIC, ...NO_NAT, mapping: SYMMETRIC.mapping }),
      "mapping",
      "FAIL",
      "This host sends to one address from 10.0.0.2:50000, and to the other from 10.0.0.2:50000",
      "Do not probe from the server's own host",
    ],
    [probed(SILENT), "mapping", "SKIP", "One of the server's addresses did not answer"],
    [
      probed({ filtering: { value: "address_dependent" } }),
      "filtering",
      "PASS",
      "Address-dependent: only addresses that were sent to get in, from any port",
    ],
    [
      probed({ filtering: { value: "address_and_port_dependent" } }),
      "filtering",
      "PASS",
      "Address- and port-dependent: only addresses and ports that were sent to get in",
    ],
    [
      probed({ filtering: { unknown: "cone_bit_ignored" } }),
      "filtering",
      "SKIP",
      "The server does not answer from its other address when asked to",
    ],
    [probed({}), "port", "PASS", "Preserved: 50000"],
    [probed({}, { localPort: 5 }), "port", "PASS", "Changed: 5 becomes 50000"],
    [probed(SYMMETRIC), "port", "PASS", "Preserved: 50000, for the first destination"],
    [probed(NO_NAT), "port", "PASS", "50000, without a NAT"],
    [
      probed({ hairpinning: { value: false } }),
      "hairpinning",
      "NOTE",
      "Hosts behind this NAT cannot reach each other at their mappings",
      "NAT loopback",
    ],
    [probed(NO_NAT), "hairpinning", "SKIP", "There is no NAT"],
    [
      probed({}),
      "refresh",
      "SKIP",
      "Not tested: --refresh SECONDS does it with the recommended server, and takes up to that long",
    ],
    [
      probed({}, { lifetime: { isComplete: false, held: undefined, lost: undefined } }),
      "refresh",
      "SKIP",
      "Interrupted",
    ],
    [
      probed({}, lifetime(60_000, 90_000)),
      "refresh",
      "PASS",
      "An unused mapping lasts 60 s, and not 90 s",
    ],
    [
      probed({}, lifetime(120_000, undefined)),
      "refresh",
      "PASS",
      "An unused mapping lasts 2 min",
    ],
    [
      probed({}, lifetime(undefined, 5_000)),
      "refresh",
      "FAIL",
      "An unused mapping does not last 5 s",
      "RFC 4787 REQ-5",
    ],
    [
      probed({}),
      "Teredo address",
      "PASS",
      "2001:0:cb00:7101:385c:3caf:3fff:fdfe, MTU 1280",
    ],
  ];

for (const [outcome, check, result, detail, remedy] of ROWS) {
  Deno.test(`probe: ${result} ${check}: ${detail}`, () => {
    const found = row(outcome, check);
    assertEquals([found.result, found.detail], [result, detail]);
    if (remedy === undefined) assertEquals(found.remedy, null);
    else assertStringIncludes(found.remedy ?? "", remedy);
  });
}

Deno.test("probe: every row that fails or has something to know says what, and no other does", () => {
  for (const [outcome] of ROWS) {
    for (const { result, remedy } of checksOf(outcome)) {
      assertEquals(remedy !== null, result === "FAIL" || result === "NOTE");
    }
  }
});

Deno.test("probe: the server that answers soonest is recommended, of those that can be used", () => {
  const fast = { primary: found("203.0.113.1:3544", SEEN, 1) };
  const outcomes = [
    probed({}, { name: "slow.example" }),
    probed({ ...SILENT, ...fast }, { name: "half.example" }),
    probed({ primary: found("203.0.113.1:3544", SEEN, 5) }, { name: "good.example" }),
    probed(SILENT, { name: "silent.example" }),
  ];
  assertEquals(probeReport(outcomes).recommended, "good.example");
  assertStringIncludes(
    probeText(probeReport(outcomes), 80),
    "NAT: full cone\nRecommended: good.example, which answered in 5.0 ms\n",
  );
  const half = probeReport(outcomes.slice(1, 2));
  assertEquals([half.recommended, half.nat], ["half.example", "unknown"]);
  const none = probeReport([probed(SILENT)]);
  assertEquals([none.recommended, none.nat], [null, "unknown"]);
});

Deno.test("probe: the report has the same keys whatever was found", () => {
  const outcomes: ProbeOutcome[] = [
    probed({}),
    probed(SILENT),
    { type: "not_probed", name: "x", check: "name", problem: "p", remedy: "r" },
  ];
  const { servers } = JSON.parse(JSON.stringify(probeReport(outcomes)));
  const keys = [
    ..."server qualifies primary secondary roundTrip address mtu nat checks".split(" "),
  ].sort();
  const natKeys =
    "name localPort externalMapping mapping filtering portPreserved hairpinning refresh".split(" ")
      .sort();
  for (const server of servers) {
    assertEquals(Object.keys(server).sort(), keys);
    assertEquals(Object.keys(server.nat).sort(), natKeys);
  }
  assertEquals(servers[0].roundTrip, { primary: 12.34, secondary: 14 });
  assertEquals(servers[0].nat.filtering, "endpoint_independent");
});

for (const width of [60, 80, 100, 200]) {
  Deno.test(`probe: the text fits a terminal of ${width} columns, with whole words`, () => {
    const report = probeReport(ROWS.map(([outcome]) => outcome));
    const text = probeText(report, width);
    assertEquals(text.split("\n").filter((line) => line.length > Math.min(width, 100)), []);
    const words = (of: string) => of.split(/\s+/);
    assertEquals(words(text), words(probeText(report, 1000)));
  });
}

Deno.test("text: the system's own client is shown, with what switches it off or points it here", () => {
  const own = { type: "client", state: "qualified", server: "win10.example", mapping: null };
  const text = probeText(probeReport([probed({})], { systemTeredo: own }), 80);
  assertStringIncludes(text, "Windows' own Teredo client is qualified through win10.example\n");
  assertStringIncludes(text, "as administrator:\n  netsh interface teredo set state disabled\n");
  assertStringIncludes(text, "type=enterpriseclient servername=teredo.example\n");
  const off = probeText(
    probeReport([probed({})], { systemTeredo: { ...own, type: "disabled" } }),
    200,
  );
  assertStringIncludes(off, "is switched off\n");
  assertEquals(off.includes("set state disabled"), false);
  assertEquals(probeText(probeReport([probed({})]), 200).includes("Windows"), false);
});
