/** Why a ping got no answer: each cause in its words, and never a false one. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { explanationText } from "../../../cli/diagnosis/explanation_text.ts";
import {
  type ClientState,
  explainPing,
  otherServerOf,
  type PingFacts,
} from "../../../cli/diagnosis/ping_explanation.ts";
import type { PingReport } from "../../../cli/daemon/status/ping_report.ts";

const OWN = "2001:0:5301:101:385c:63bf:acfe:fdfd";
/** At 83.1.2.7:40000, of the server 83.1.1.1. */
const PEER = "2001:0:5301:101:385c:63bf:acfe:fdf8";
/** The same of 84.1.1.1. */
const STRANGER = "2001:0:5401:101:385c:63bf:acfe:fdf8";
const PRIVATE = "2001:0:5301:101:385c:63bf:f5ff:fffd";
const NATIVE = "2a00:1::99";

const STATUS: ClientState = {
  state: "qualified",
  address: OWN,
  nat: "restricted",
  server: { name: "teredo.example", primary: "83.1.1.1", secondary: null, heardAgo: 10 },
  peers: [],
};

function facts(
  report: Partial<PingReport>,
  status: Partial<ClientState> = {},
  peerServer: PingFacts["peerServer"] = "answers",
): PingFacts {
  const silent = { outcome: "silent", roundTrip: null, path: "searching", mapping: null } as const;
  return {
    report: { destination: PEER, ...silent, ...report },
    status: { ...STATUS, ...status },
    peerServer,
  };
}

const relayed = {
  address: "2a00:1::7",
  path: "relay",
  mapping: "83.1.1.9:3545",
  age: 100,
  bytesSent: 1,
  bytesReceived: 1,
} as const;

const CASES: readonly (readonly [PingFacts, cause: string, ...words: string[]])[] = [
  [
    facts({ outcome: "not_qualified" }, { state: "offline", address: null }),
    "no_address",
    "status",
  ],
  [
    facts({ outcome: "not_qualified" }, { state: "disabled" }),
    "no_address",
    "native IPv6",
    "--force",
  ],
  [facts({ outcome: "refused", destination: OWN }), "own_address", "own address"],
  [facts({ outcome: "refused", destination: "fd00::1" }), "not_global", "global"],
  [
    facts({ outcome: "refused", destination: PRIVATE }),
    "not_public",
    "its owner is at 10.0.0.2:40000",
    "--allow-private",
  ],
  [
    facts({ path: "direct", mapping: "83.1.2.2:40000" }),
    "ping_dropped",
    "83.1.2.2:40000, straight to the peer",
    "drops pings",
  ],
  [
    facts({ outcome: "unreachable", destination: NATIVE, path: "relay", mapping: "83.1.1.9:3545" }),
    "error_returned",
    "ICMPv6 error",
  ],
  [
    facts({}),
    "peer_silent",
    "Bubbles to the peer at 83.1.2.7:40000",
    "through its server 83.1.1.1",
  ],
  [facts({}), "peer_silent", "its NAT is symmetric", "--gateway"],
  [facts({}, { nat: "none" }), "peer_silent", "by now, or a firewall in front"],
  [facts({}, { nat: "symmetric" }), "peer_or_nats", "the one here is symmetric", "--gateway"],
  [facts({}, { nat: "unknown" }), "peer_or_nats", "may be symmetric"],
  [
    facts({ destination: STRANGER }, {}, "silent"),
    "peer_server_silent",
    "84.1.1.1 does not answer",
  ],
  [facts({ destination: STRANGER }, {}, "silent"), "peer_server_silent", "--server"],
  [facts({ destination: STRANGER }, {}, "unknown"), "peer_silent", "Either the peer is off"],
  [facts({ destination: NATIVE }), "host_or_way", "teredo.example", "--gateway"],
  [facts({ destination: NATIVE }, { peers: [relayed] }), "host_silent", "this host is down"],
  [
    facts({ destination: NATIVE, outcome: "unreachable", path: "unreachable" }),
    "host_or_way",
    "the server has no native IPv6",
  ],
];

for (const [given, cause, ...words] of CASES) {
  const { destination, outcome } = given.report;
  Deno.test(`ping: ${outcome}, ${destination}: ${cause}, "${words[0]}"`, () => {
    const explanation = explainPing(given)!;
    assertEquals(explanation.cause, cause);
    for (const word of words) assertStringIncludes(Object.values(explanation).join("\n"), word);
    for (const line of explanationText(explanation, 80).split("\n")) {
      assert(line.length <= 80, line);
    }
  });
}

Deno.test("ping: an answer needs no explanation", () => {
  assertEquals(explainPing(facts({ outcome: "answered", path: "direct" })), undefined);
});

Deno.test("ping: only the server of a peer that was not found, and not our own, is asked", () => {
  assertEquals(otherServerOf(facts({ destination: STRANGER })), "84.1.1.1");
  assertEquals(otherServerOf(facts({ destination: STRANGER, path: "direct" })), undefined);
  assertEquals(otherServerOf(facts({ destination: PEER })), undefined);
  assertEquals(otherServerOf(facts({ destination: NATIVE })), undefined);
});
