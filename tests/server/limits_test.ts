import { assert, assertEquals } from "@std/assert";
import { SERVER_LIMITS, type ServerLimits } from "../../server/server_limits.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { GatewayFixture } from "../relay/gateway_fixture.ts";
import { NO_LIMITS as NO_RELAY_LIMITS } from "../relay/relay_fixture.ts";
import { ACTORS, at, vector } from "../vectors/vectors.ts";
import { ServerFixture, SOLICITATION } from "./server_fixture.ts";

/** A server without limits, to set one of them. */
const NO_LIMITS = Object.fromEntries(
  Object.keys(SERVER_LIMITS).map((limit) => [limit, undefined]),
) as unknown as ServerLimits;

const { a, addressOfA, host, relay, s1 } = ACTORS;

/** The `index`th of many sources. */
function source(index: number): Endpoint {
  return endpoint(ipv4Address(0x0b000000 + index), 4096);
}

function clientAt(mapping: Endpoint): Uint8Array {
  return encodeTeredoAddress({ server: s1, flags: 0, mapping });
}

function echoFrom(mapping: Endpoint, destination: Uint8Array = host): Uint8Array {
  const type = Icmpv6Type.ECHO_REQUEST;
  const addresses = { source: clientAt(mapping), destination };
  return encodeEcho({ type, ...addresses, identifier: 1, sequence: 1, data: new Uint8Array(16) });
}

/** A packet of each kind, from such sources. */
function kindsFrom(from: (index: number) => Endpoint) {
  return [
    (i: number) => [SOLICITATION, from(i)] as const,
    (i: number) => [encodeBubble(clientAt(from(i)), clientAt(source(i))), from(i)] as const,
    (i: number) => [echoFrom(from(i)), from(i)] as const,
  ];
}

/** How many of `perSecond` payloads a second pass, in so many seconds of virtual time. */
function passing(
  fixture: ServerFixture,
  perSecond: number,
  seconds: number,
  next: (index: number) => readonly [payload: Uint8Array, from: Endpoint],
): number {
  let passed = 0;
  for (let i = 0; i < perSecond * seconds; i++) {
    const [payload, from] = next(i);
    const { dropped } = fixture.receive(payload, from, "primary", i * 1000 / perSecond);
    if (dropped === undefined) passed++;
    else assertEquals(dropped, "rate_limited");
  }
  return passed;
}

/** Whether `count` is what a rate allows in so many seconds, but for rounding. */
function assertRate(
  count: number,
  { perSecond, burst }: { perSecond: number; burst: number },
  seconds: number,
): void {
  const allowed = perSecond * seconds + burst;
  assert(count <= allowed + 1 && count >= allowed - perSecond / 10 - 2, `${count} of ${allowed}`);
}

/** A limit that `assertRate` can tell from those around it. */
function only(limits: Partial<ServerLimits>): ServerLimits {
  return { ...NO_LIMITS, ...limits };
}

const RATE = { perSecond: 100, burst: 50 };

/** What only a client gone wild would exceed. */
const SLOW = { perSecond: 5, burst: 10 };

Deno.test("S-27: each kind is limited for each source", () => {
  const limits = only({
    solicitationsPerSource: SLOW,
    bubblesPerSource: RATE,
    echoesPerSource: SLOW,
  });
  const fixture = new ServerFixture({ limits });
  const bubbles = (i: number) => [encodeBubble(addressOfA, clientAt(source(i))), a] as const;
  assertRate(passing(fixture, 1000, 10, () => [SOLICITATION, a]), SLOW, 10);
  assertRate(passing(fixture, 1000, 10, bubbles), RATE, 10);
  assertRate(passing(fixture, 1000, 10, () => [vector("V14").payload, a]), SLOW, 10);
});

Deno.test("S-27: 2,000 forged packets a second in a client's name leave it its answers", () => {
  for (const payload of [SOLICITATION, vector("V14").payload]) {
    const fixture = new ServerFixture({ limits: SERVER_LIMITS });
    assertEquals(passing(fixture, 2000, 10, () => [payload, a]), 20_000);
  }
});

Deno.test("S-27: 5,000 forged echoes a second to a native host leave it to other clients", () => {
  for (const from of [source, (i: number) => at(`192.0.2.1:${1024 + i}`)]) {
    const fixture = new ServerFixture({ limits: SERVER_LIMITS });
    assertEquals(passing(fixture, 5000, 10, (i) => [echoFrom(from(i)), from(i)]), 50_000);
  }
});

Deno.test("S-27: a relay may look for 20,000 clients a second from its one port", () => {
  const fixture = new ServerFixture({ limits: SERVER_LIMITS });
  const bubbles = (i: number) => [encodeBubble(addressOfA, clientAt(source(i))), a] as const;
  assertEquals(passing(fixture, 20_000, 5, bubbles), 100_000);
});

Deno.test("S-27: each kind is limited for all ports of an address together", () => {
  const limits = only({
    solicitationsPerAddress: RATE,
    bubblesPerAddress: RATE,
    echoesPerAddress: RATE,
  });
  const fixture = new ServerFixture({ limits });
  const behindNat = (i: number) => at(`192.0.2.1:${1024 + i}`);
  for (const kind of kindsFrom(behindNat)) assertRate(passing(fixture, 2000, 5, kind), RATE, 5);
});

Deno.test("S-27: each kind is limited in total if that is asked for", () => {
  const limits = only({ solicitationsInTotal: RATE, bubblesInTotal: RATE, echoesInTotal: RATE });
  const fixture = new ServerFixture({ limits });
  for (const kind of kindsFrom(source)) assertRate(passing(fixture, 2000, 5, kind), RATE, 5);
});

Deno.test("S-27: what goes to one client is limited, whoever sends it", () => {
  const fixture = new ServerFixture({ limits: only({ toClient: RATE }) });
  const passed = passing(fixture, 2000, 5, (i) => {
    return [encodeBubble(clientAt(source(i)), addressOfA), source(i)];
  });
  assertRate(passed, RATE, 5);
  const neighbour = clientAt(at("192.0.2.1:9"));
  const { dropped } = fixture.receive(encodeBubble(addressOfA, neighbour), a, "primary", 5000);
  assertEquals(dropped, undefined);
});

Deno.test("S-27: what goes to one address is limited, whoever sends it to whichever port", () => {
  const fixture = new ServerFixture({ limits: only({ toAddress: RATE }) });
  const passed = passing(fixture, 2000, 5, (i) => {
    const destination = clientAt(at(`192.0.2.1:${1024 + i}`));
    return [encodeBubble(clientAt(source(i)), destination), source(i)];
  });
  assertRate(passed, RATE, 5);
});

Deno.test("S-27: what goes to one native host is limited, whoever sends it", () => {
  const fixture = new ServerFixture({ limits: only({ toHost: RATE }) });
  const passed = passing(fixture, 2000, 5, (i) => [echoFrom(source(i)), source(i)]);
  assertRate(passed, RATE, 5);
});

/** The echoes of 2000 clients a second, for 5 seconds, that a gateway beside the server carries. */
function carried(limits: ServerLimits, destinationOf: (index: number) => Uint8Array): number {
  const fixture = new GatewayFixture({
    server: { limits },
    relay: { limits: NO_RELAY_LIMITS, maxPeers: 64 },
  });
  let count = 0;
  for (let i = 0; i < 10_000; i++, fixture.now += 0.5) {
    count += fixture.receive(echoFrom(source(i), destinationOf(i)), source(i)).outcome.packets;
  }
  return count;
}

Deno.test("S-27: a gateway beside the server sends one native host no more than the server", () => {
  assertRate(carried(only({ toHost: RATE }), () => host), RATE, 5);
});

Deno.test("S-27: a gateway beside the server sends one client or address no more than the server", () => {
  assertRate(carried(only({ toClient: RATE }), () => clientAt(at("192.0.2.1:9"))), RATE, 5);
  const everyPort = (i: number) => clientAt(at(`192.0.2.1:${1024 + i}`));
  assertRate(carried(only({ toAddress: RATE }), everyPort), RATE, 5);
});

Deno.test("S-27: twenty forged solicitations a second do not keep a NAT's clients away", () => {
  const fixture = new ServerFixture({ limits: SERVER_LIMITS });
  let served = 0;
  for (let i = 0; i < 2000; i++) {
    const now = 50 * i;
    fixture.receive(SOLICITATION, at(`192.0.2.1:${10_000 + i}`), "primary", now);
    if (fixture.receive(SOLICITATION, at("192.0.2.1:4096"), "primary", now).dropped === undefined) {
      served++;
    }
    if (i % 20 > 0) continue;
    const honest = fixture.receive(SOLICITATION, at(`192.0.2.1:${40_000 + i}`), "primary", now);
    assertEquals(honest.dropped, undefined);
  }
  assert(served > 0);
});

Deno.test("S-27: an office of 150 clients qualifies at once after a power cut", () => {
  const fixture = new ServerFixture({ limits: SERVER_LIMITS });
  for (let client = 0; client < 150; client++) {
    for (const via of ["primary", "primary", "secondary"] as const) {
      const { dropped } = fixture.receive(SOLICITATION, at(`192.0.2.1:${2000 + client}`), via, 0);
      assertEquals(dropped, undefined);
    }
  }
});

Deno.test("S-27: 2,000 forged bubbles a second do not cut a client off from new peers", () => {
  const fixture = new ServerFixture({ limits: SERVER_LIMITS });
  let passed = 0;
  for (let i = 0; i < 20_000; i++) {
    const forged = source(i);
    fixture.receive(encodeBubble(clientAt(forged), addressOfA), forged, "primary", i / 2);
    if (i % 200 > 0) continue;
    const peer = source(1_000_000 + i);
    const bubble = encodeBubble(clientAt(peer), addressOfA);
    if (fixture.receive(bubble, peer, "primary", i / 2).dropped === undefined) passed++;
  }
  assertEquals(passed, 100);
});

Deno.test("S-27: 100,000 forged solicitations a second leave honest clients their answers", () => {
  const fixture = new ServerFixture({ limits: SERVER_LIMITS });
  let answered = 0;
  for (let i = 0; i < 500_000; i++) {
    const now = i / 100;
    fixture.receive(SOLICITATION, source(i), "primary", now);
    if (i % 1000 > 0) continue;
    const honest = source(10_000_000 + i);
    if (fixture.receive(SOLICITATION, honest, "primary", now).dropped === undefined) answered++;
  }
  assert(answered >= 495, `${answered} of 500`);
});

Deno.test("S-27: honest clients are served while one source floods", () => {
  const fixture = new ServerFixture({ limits: SERVER_LIMITS });
  const bubble = encodeBubble(addressOfA, clientAt(at("192.0.2.200:9")));
  const flood = [SOLICITATION, bubble, vector("V14").payload];
  let served = 0;
  for (let now = 0; now < 10_000; now++) {
    for (let i = 0; i < 9; i++) fixture.receive(flood[i % 3]!, a, "primary", now);
    if (now % 100 > 0) continue;
    // A new client every tenth of a second: solicits twice, then bubbles and tests.
    const honest = source(now);
    const payloads = [
      SOLICITATION,
      SOLICITATION,
      encodeBubble(clientAt(honest), clientAt(source(now + 1))),
      echoFrom(honest),
    ];
    for (const payload of payloads) {
      const { dropped } = fixture.receive(payload, honest, "primary", now);
      assertEquals(dropped, undefined);
      served++;
    }
  }
  assertEquals(served, 400);
});

Deno.test("S-27: what the narrow limits refuse takes nothing from what all share", () => {
  const total = { perSecond: 20, burst: 20 };
  const fixture = new ServerFixture({
    limits: only({ solicitationsPerSource: SLOW, solicitationsInTotal: total }),
  });
  for (let i = 0; i < 1000; i++) fixture.receive(SOLICITATION, a);
  assertEquals(fixture.receive(SOLICITATION, relay).dropped, undefined);
});

Deno.test("a limit that is reached is reported once a minute, and all refusals are counted", () => {
  const fixture = new ServerFixture({ limits: only({ solicitationsPerSource: SLOW }) });
  let refused = 0;
  let reports = 0;
  for (let now = 0; now < 120_000; now += 20) {
    const { sink, dropped } = fixture.receive(SOLICITATION, a, "primary", now);
    if (dropped !== undefined) refused++;
    for (const event of sink.events) {
      assertEquals(event, { type: "limit_reached", limit: "solicitationsPerSource", endpoint: a });
      reports++;
    }
  }
  assertEquals(reports, 2);
  assertEquals([...fixture.server.status().refused], [["solicitationsPerSource", refused]]);
});

Deno.test("the endpoint that a report names is the one that was limited", () => {
  const fixture = new ServerFixture({ limits: only({ toClient: RATE }) });
  const endpoint = at("192.0.2.9:9");
  const events = Array.from({ length: 60 }, (_, i) => {
    const bubble = encodeBubble(clientAt(source(i)), clientAt(endpoint));
    return [...fixture.receive(bubble, source(i)).sink.events];
  }).flat();
  assertEquals(events, [{ type: "limit_reached", limit: "toClient", endpoint }]);
});
