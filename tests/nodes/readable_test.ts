/** What nodes report reads well in JSON and on the console: every kind of event and state. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ClientEvent } from "../../client/client_event.ts";
import type { ClientStatus } from "../../client/client_status.ts";
import type { AnyServerEvent, AnyServerStatus } from "../../nodes/teredo_server.ts";
import { makeReadable, toPlain } from "../../nodes/readable.ts";
import type { RelayEvent } from "../../relay/relay.ts";
import type { RelayStatus } from "../../relay/relay_status.ts";
import { Counters } from "../../io/counters.ts";
import { parseEndpoint } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { ClientFixture } from "../client/client_fixture.ts";
import { loopbackTest, startClient, startServer } from "./loopback.ts";

const ADDRESS = "2001:0:cb00:7178:0:efff:3fff:fdfe";
const OTHER = "2001:0:cb00:7178:0:efff:3fff:fdfd";
const MAPPING = "192.0.2.1:4096";
const SERVER = { primary: "203.0.113.1", secondary: "203.0.113.2" };

const address = parseIpv6(ADDRESS)!;
const previous = parseIpv6(OTHER)!;
const mapping = parseEndpoint(MAPPING)!;
const primary = parseIpv4(SERVER.primary)!;
const secondary = parseIpv4(SERVER.secondary)!;
const server = { primary, secondary };
const identifier = new TextEncoder().encode("alice");

type AnyEvent = ClientEvent | AnyServerEvent | RelayEvent;

/** A sample of each kind: the compiler asks for those that are new. */
type Samples<T extends { readonly type: string }> = {
  readonly [Type in T["type"]]: readonly [event: Extract<T, { type: Type }>, json: object];
};

const EVENTS: Samples<AnyEvent> = {
  "qualifying": [{ type: "qualifying", server }, { server: SERVER }],
  "qualified": [
    { type: "qualified", server, address, mapping, mtu: 1280, nat: "restricted", previous },
    {
      server: SERVER,
      address: ADDRESS,
      mapping: MAPPING,
      mtu: 1280,
      nat: "restricted",
      previous: OTHER,
    },
  ],
  "nat_determined": [{ type: "nat_determined", nat: "symmetric" }, { nat: "symmetric" }],
  "server_silent": [{ type: "server_silent", server }, { server: SERVER }],
  "server_back": [{ type: "server_back", server }, { server: SERVER }],
  "refresh_interval": [{ type: "refresh_interval", interval: 30_000 }, { interval: 30_000 }],
  "offline": [
    { type: "offline", server, reason: "server_lost", retryIn: 5_000, previous },
    { server: SERVER, reason: "server_lost", retryIn: 5_000, previous: OTHER },
  ],
  "disabled": [{ type: "disabled", previous: undefined }, {}],
  "peer_reached": [
    { type: "peer_reached", peer: address, mapping },
    { peer: ADDRESS, mapping: MAPPING },
  ],
  "peer_unreachable": [{ type: "peer_unreachable", peer: address }, { peer: ADDRESS }],
  "limit_reached": [
    { type: "limit_reached", limit: "bubblesPerSource", endpoint: mapping },
    { limit: "bubblesPerSource", endpoint: MAPPING },
  ],
  "client_refused": [
    { type: "client_refused", cause: "wrong_secret", identifier, client: mapping },
    { cause: "wrong_secret", identifier: "alice", client: MAPPING },
  ],
  "retired_key_used": [
    { type: "retired_key_used", identifier: Uint8Array.of(0, 0xa1), client: mapping },
    { identifier: "hex:00a1", client: MAPPING },
  ],
};

const PEER = { address, mapping, heardAgo: 12, octetsSent: 1, octetsReceived: 2 } as const;
const PLAIN_PEER = { ...PEER, address: ADDRESS, mapping: MAPPING };
const COUNTS = {
  port: 3544,
  secure: false,
  solicitationsAnswered: 1,
  bubblesForwarded: 2,
  echoesForwarded: 3,
  refused: new Map([["toClient", 4]] as const),
};
const PLAIN_COUNTS = { ...COUNTS, refused: { toClient: 4 } };
const PEER_COUNT = new ClientFixture().client.status(0).peerCount;
const RELAY: RelayStatus = {
  role: "relay",
  mtu: 1280,
  peerCount: { direct: 1, searching: 0, idle: 0, unreachable: 0 },
  peers: [{ ...PEER, path: "direct", account: "192.0.2.1" }],
  gateway: {
    accountCount: 1,
    accounts: [{ name: "192.0.2.1", octetsOut: 1, octetsIn: 2, usedAgo: 3 }],
  },
};
const PLAIN_RELAY = { ...RELAY, peers: [{ ...PLAIN_PEER, path: "direct", account: "192.0.2.1" }] };

type AnyStatus = ClientStatus | AnyServerStatus | RelayStatus;

const STATES: {
  readonly [Role in AnyStatus["role"]]: readonly [
    state: Extract<AnyStatus, { role: Role }>,
    json: object,
  ];
} = {
  client: [
    {
      role: "client",
      state: "qualified",
      server,
      offline: undefined,
      address,
      mapping,
      nat: "restricted",
      mtu: 1280,
      refreshInterval: 30_000,
      serverHeardAgo: 5,
      peerCount: PEER_COUNT,
      peers: [{ ...PEER, path: "direct" }, { ...PEER, path: "searching", mapping: undefined }],
    },
    {
      state: "qualified",
      server: SERVER,
      address: ADDRESS,
      mapping: MAPPING,
      nat: "restricted",
      mtu: 1280,
      refreshInterval: 30_000,
      serverHeardAgo: 5,
      peerCount: PEER_COUNT,
      peers: [
        { ...PLAIN_PEER, path: "direct" },
        { ...PLAIN_PEER, path: "searching", mapping: undefined },
      ],
    },
  ],
  server: [
    { role: "server", ...server, advertisedMtu: 1280, ...COUNTS },
    { ...SERVER, advertisedMtu: 1280, ...PLAIN_COUNTS },
  ],
  relay: [RELAY, PLAIN_RELAY],
  "server+relay": [
    {
      role: "server+relay",
      server: {
        role: "server",
        primary,
        secondary: undefined,
        advertisedMtu: undefined,
        ...COUNTS,
      },
      relay: RELAY,
    },
    { server: { role: "server", primary: SERVER.primary, ...PLAIN_COUNTS }, relay: PLAIN_RELAY },
  ],
};

/** JSON leaves out what is undefined. */
function inJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

for (const [type, [event, json]] of Object.entries(EVENTS)) {
  Deno.test(`readable: an event "${type}" has its addresses as text`, () => {
    assertEquals(inJson(makeReadable({ ...event })), inJson({ type, ...json }));
  });
}

for (const [role, [state, json]] of Object.entries(STATES)) {
  Deno.test(`readable: the state of a ${role} has its addresses as text, at any depth`, () => {
    assertEquals(inJson(makeReadable({ ...state })), inJson({ role, ...json }));
  });
}

Deno.test("readable: the console shows what JSON shows, also inside of something else", () => {
  const [event] = EVENTS.qualified;
  const shown = Deno.inspect({ event: makeReadable({ ...event }) }, { depth: 9 });
  for (const each of [ADDRESS, OTHER, MAPPING, SERVER.primary]) assertStringIncludes(shown, each);
  assertEquals(shown.includes("Uint8Array"), false, shown);
});

Deno.test("readable: copies and comparisons see only what was reported", () => {
  const [event] = EVENTS.qualified;
  const readable = makeReadable({ ...event });
  assertEquals(readable, event);
  assertEquals({ ...readable }, event);
  assertEquals(structuredClone(readable), event);
  assertEquals(makeReadable(readable), event, "and once more");
});

Deno.test("readable: whatever JSON cannot hold becomes text", () => {
  const odd = { count: 12n, octets: Uint8Array.of(1, 2), list: [3n, undefined, null] };
  assertEquals(toPlain(odd), { count: "12", octets: "hex:0102", list: ["3", undefined, null] });
});

Deno.test("readable: counters with their drops", () => {
  const counters = new Counters();
  counters.datagramsSent = 3;
  counters.drop("send_failed");
  const { datagramsSent, drops } = JSON.parse(JSON.stringify(counters));
  assertEquals([datagramsSent, drops], [3, { send_failed: 1 }]);
});

loopbackTest("readable: running nodes report so", async () => {
  const events: unknown[] = [];
  await using server = await startServer();
  await using client = await startClient("127.41.9.1", { onEvent: (event) => events.push(event) });
  await client.qualified;
  const all = [...events, client.status(), server.status()];
  // A server that refused nothing counts nothing.
  const json = JSON.stringify(all).replace('"refused":{}', "");
  assertStringIncludes(json, '"server":{"primary":"127.41.0.1","secondary":"127.41.0.2"}');
  assertStringIncludes(json, '"mapping":"127.41.9.1:');
  assertEquals([json.includes("{}"), /"\d+":\d/.test(json)], [false, false], json);
  const shown = Deno.inspect(all, { depth: 9 });
  assert(shown.includes("127.41.9.1:") && !shown.includes("Uint8Array"), shown);
});
