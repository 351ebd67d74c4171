import { assert, assertEquals } from "@std/assert";
import { SERVER_DEFAULTS, type ServerLimits } from "../../server/server_config.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { ACTORS, at, vector } from "../vectors/vectors.ts";
import { ServerFixture, SOLICITATION } from "./server_fixture.ts";

const { limits } = SERVER_DEFAULTS;
const { a, addressOfA, host, relay, s1 } = ACTORS;

/** The `index`th of many sources. */
function source(index: number): Endpoint {
  return endpoint(ipv4Address(0x0b000000 + index), 4096);
}

function clientAt(mapping: Endpoint): Uint8Array {
  return encodeTeredoAddress({ server: s1, flags: 0, mapping });
}

function echoFrom(mapping: Endpoint): Uint8Array {
  const type = Icmpv6Type.ECHO_REQUEST;
  const addresses = { source: clientAt(mapping), destination: host };
  return encodeEcho({ type, ...addresses, identifier: 1, sequence: 1, data: new Uint8Array(16) });
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

Deno.test("S-27: solicitations are limited for each source", () => {
  const fixture = new ServerFixture({ limits });
  // Ports are free to an attacker: the address is what counts.
  const passed = passing(fixture, 1000, 10, (i) => [SOLICITATION, at(`192.0.2.1:${1024 + i}`)]);
  assertRate(passed, limits.perSource.solicitations, 10);
});

Deno.test("S-27: bubbles are limited for each source", () => {
  const fixture = new ServerFixture({ limits });
  const passed = passing(fixture, 1000, 10, (i) => [
    encodeBubble(addressOfA, clientAt(source(i))),
    a,
  ]);
  assertRate(passed, limits.perSource.bubbles, 10);
});

Deno.test("S-27: echoes are limited for each source", () => {
  const fixture = new ServerFixture({ limits });
  const passed = passing(fixture, 1000, 10, () => [vector("V14").payload, a]);
  assertRate(passed, limits.perSource.echoes, 10);
});

Deno.test("S-27: what goes to one address is limited, whoever sends it to whichever port", () => {
  const fixture = new ServerFixture({ limits });
  const passed = passing(fixture, 1000, 10, (i) => {
    const destination = clientAt(at(`192.0.2.1:${1024 + i}`));
    return [encodeBubble(clientAt(source(i)), destination), source(i)];
  });
  assertRate(passed, limits.perDestination, 10);
});

Deno.test("S-27: each kind is limited in total", () => {
  const total = { perSecond: 100, burst: 50 };
  const tight: ServerLimits = {
    ...limits,
    total: { solicitations: total, bubbles: total, echoes: total },
  };
  const kinds = [
    (i: number) => [SOLICITATION, source(i)] as const,
    (i: number) => [encodeBubble(clientAt(source(i)), clientAt(source(i + 1))), source(i)] as const,
    (i: number) => [echoFrom(source(i)), source(i)] as const,
  ];
  const fixture = new ServerFixture({ limits: tight });
  for (const kind of kinds) assertRate(passing(fixture, 2000, 5, kind), total, 5);
});

Deno.test("S-27: honest clients are served while one source floods", () => {
  const fixture = new ServerFixture({ limits });
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
    limits: { ...limits, total: { ...limits.total, solicitations: total } },
  });
  for (let i = 0; i < 1000; i++) fixture.receive(SOLICITATION, a);
  assertEquals(fixture.receive(SOLICITATION, relay).dropped, undefined);
});

Deno.test("S-27: the state of the limits is bounded", () => {
  const fixture = new ServerFixture({ limits: { ...limits, capacity: 100 } });
  for (let i = 0; i < 2000; i++) {
    const from = source(i);
    fixture.receive(SOLICITATION, from);
    fixture.receive(encodeBubble(clientAt(from), clientAt(source(2 * i))), from);
    fixture.receive(echoFrom(from), from);
  }
  const { addressesRemembered } = fixture.server.status();
  assert(addressesRemembered > 0 && addressesRemembered <= 400);
});

Deno.test("a limit that is reached is reported, once a minute", () => {
  const fixture = new ServerFixture({ limits });
  let reports = 0;
  for (let now = 0; now < 120_000; now += 20) {
    const { events } = fixture.receive(SOLICITATION, a, "primary", now).sink;
    for (const event of events) {
      const { address } = { address: ipv4Address(0xc0000201) };
      assertEquals(event, {
        type: "limit_reached",
        limit: "source",
        kind: "solicitations",
        address,
      });
      reports++;
    }
  }
  assertEquals(reports, 2);
});

Deno.test("the address that a report names is the one that was limited", () => {
  const fixture = new ServerFixture({ limits });
  const events = Array.from({ length: 50 }, (_, i) => {
    const bubble = encodeBubble(clientAt(source(i)), clientAt(at("192.0.2.9:9")));
    return [...fixture.receive(bubble, source(i)).sink.events];
  }).flat();
  const address = ipv4Address(0xc0000209);
  assertEquals(events, [{ type: "limit_reached", limit: "destination", kind: "bubbles", address }]);
});
