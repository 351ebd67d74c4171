import { assert, assertEquals } from "@std/assert";
import { encodeBubble, isBubble } from "../../../wire/bubble.ts";
import { DESTINATION, destinationOf, SOURCE, sourceOf } from "../../../wire/ipv6_header.ts";
import { isSameIpv6 } from "../../../wire/ipv6_address.ts";
import { mappingOf } from "../../../wire/teredo_address.ts";
import { encodeTeredoPacket } from "../../../wire/teredo_packet.ts";
import { ACTORS, at, ip6 } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1 } from "../client_fixture.ts";

const PRIMARY = portOf(S1, "primary");
const SECONDARY_MAPPING = at("192.0.2.1:5001");

/** What became of the procedure. */
interface Outcome {
  /** Seconds of silence before each probe. */
  readonly candidates: readonly number[];
  /** The interval in seconds at the end. */
  readonly interval: number | undefined;
}

/** Runs the procedure behind a NAT that forgets mappings after `lifetime` seconds. */
function determine(lifetime: number, fixture = newFixture()): Outcome {
  const candidates: number[] = [];
  let touchedAt = -Infinity;
  let probes = 0;
  for (let timers = 0; timers < 10_000; timers++) {
    fixture.waitForTimer();
    const end = fixture.sink.events.find((event) => event.type === "refresh_interval");
    if (end?.type === "refresh_interval") return { candidates, interval: end.interval / 1000 };
    for (const sent of [...fixture.sink.datagrams]) {
      if (sent.via === "secondary") {
        touchedAt = fixture.now;
        probes = 0;
        fixture.answerTo(sent, { mapping: SECONDARY_MAPPING });
      } else if (isBubble(sent.bytes)) {
        const silence = (fixture.now - touchedAt) / 1000;
        if (probes++ === 0) candidates.push(silence);
        assertProbe(fixture, sent.bytes);
        assertEquals(sent.to, PRIMARY);
        if (silence >= lifetime) continue;
        // Its next solicitation goes out at once.
        const bytes = encodeTeredoPacket({ origin: fixture.mapping, ipv6: sent.bytes });
        fixture.receive(bytes, PRIMARY, "secondary");
        const end = fixture.sink.events.find((event) => event.type === "refresh_interval");
        if (end?.type === "refresh_interval") return { candidates, interval: end.interval / 1000 };
        const [next] = fixture.solicitations;
        assertEquals(next!.via, "secondary");
        touchedAt = fixture.now;
        probes = 0;
        fixture.answerTo(next!, { mapping: SECONDARY_MAPPING });
      } else {
        fixture.answerTo(sent);
      }
    }
  }
  throw new Error("The procedure does not end");
}

function newFixture(): ClientFixture {
  return new ClientFixture({ determineRefreshInterval: true }).qualify();
}

function assertProbe(fixture: ClientFixture, bubble: Uint8Array): void {
  const { address } = fixture.client.status(fixture.now);
  assert(isSameIpv6(bubble, SOURCE, address!));
  assertEquals(mappingOf(bubble, DESTINATION), SECONDARY_MAPPING);
}

Deno.test("C-47: the secondary port is qualified right after the service port", () => {
  const fixture = new ClientFixture({ determineRefreshInterval: true }).wait(0).answer();
  assert(fixture.sink.datagrams.every(({ via }) => via === "service"));
  fixture.answer().wait(0);
  assertEquals(fixture.sink.datagrams.map(({ to, via }) => [to, via]), [[PRIMARY, "secondary"]]);
  assertEquals(fixture.solicitations.length, 1);
});

Deno.test("C-47: while all candidates succeed they are 60, 90, 105, 112.5 s", () => {
  assertEquals(determine(Infinity), { candidates: [60, 90, 105, 112.5], interval: 112.5 });
});

Deno.test("C-47: after a failure at 60 s the next candidate is 45 s", () => {
  const { candidates, interval } = determine(50);
  assertEquals(candidates.slice(0, 2), [60, 45]);
  assertEquals(interval, 45);
});

Deno.test("C-47: an interval of 75 % of a failing one is good enough", () => {
  // 60 and 90 work, 105 does not: 90 is more than 75 % of it.
  assertEquals(determine(100), { candidates: [60, 90, 105], interval: 90 });
  // 60 works, 90 does not; 60 is less than 75 % of it.
  assertEquals(determine(80), { candidates: [60, 90, 75, 82.5], interval: 75 });
});

Deno.test("C-47: the interval found is never longer than mappings last, nor shorter than configured", () => {
  for (let lifetime = 31; lifetime < 130; lifetime += 3) {
    const { interval } = determine(lifetime);
    assert(interval! >= 30 && interval! < lifetime, `${lifetime}: ${interval}`);
  }
  assertEquals(determine(10).interval, 30);
});

Deno.test("C-47: a probe is repeated three times, two seconds apart, and one arrival is enough", () => {
  const fixture = newFixture().wait(0);
  fixture.answer({ mapping: SECONDARY_MAPPING });
  const start = fixture.now;
  const times: number[] = [];
  let last: Uint8Array | undefined;
  while (times.length < 4) {
    fixture.waitForTimer();
    for (const { bytes, via } of [...fixture.sink.datagrams]) {
      if (isBubble(bytes)) times.push(fixture.now - start), last = bytes;
      else if (via === "service") fixture.answer();
    }
  }
  assertEquals(times, [60_000, 62_000, 64_000, 66_000]);
  fixture.wait(1_999).receive(last!, PRIMARY, "secondary");
  assertEquals(fixture.client.status(fixture.now).refreshInterval, 60_000);
});

Deno.test("C-47: without answers to the secondary port the interval stays", () => {
  const fixture = newFixture();
  let asked = 0;
  while (!fixture.waitForTimer().events.includes("refresh_interval")) {
    asked += fixture.solicitations.filter(({ via }) => via === "secondary").length;
    fixture.solicitations.filter(({ via }) => via === "service")
      .forEach((sent) => fixture.answerTo(sent));
  }
  assertEquals(asked, 3);
  assertEquals(fixture.client.status(fixture.now).refreshInterval, 30_000);
});

Deno.test("C-47: the secondary port carries nothing else", () => {
  const fixture = newFixture().wait(0).answer({ mapping: SECONDARY_MAPPING });
  const self = fixture.client.status(fixture.now).address!;
  for (
    const [payload, from] of [
      [packet(ACTORS.addressOfB, self), ACTORS.b],
      [encodeBubble(ACTORS.addressOfB, self), ACTORS.b],
      [encodeBubble(ip6("2001:db8::1"), self), PRIMARY],
      [packet(ACTORS.host, self), ACTORS.relay],
    ] as const
  ) {
    fixture.receive(payload, from, "secondary");
    assertEquals(fixture.dropped, "destination_invalid");
    assertEquals([fixture.sink.datagrams, fixture.sink.packets], [[], []]);
  }
  assertEquals(fixture.client.status(fixture.now).peers, []);
  assertEquals(fixture.send(packet(self, ACTORS.addressOfB)).sink.datagrams.map(({ via }) => via), [
    "service",
    "service",
  ]);
});

Deno.test("C-47: only our own probe counts, and only through the server", () => {
  const fixture = newFixture().wait(0).answer({ mapping: SECONDARY_MAPPING });
  let probe: Uint8Array | undefined;
  while (probe === undefined) {
    fixture.waitForTimer();
    probe = fixture.sink.datagrams.find(({ bytes }) => isBubble(bytes))?.bytes;
    fixture.solicitations.forEach((sent) => fixture.answerTo(sent));
  }
  const secondary = destinationOf(probe);
  fixture.receive(encodeBubble(ACTORS.addressOfB, secondary), PRIMARY, "secondary");
  assertEquals(fixture.dropped, "destination_invalid");
  fixture.receive(encodeBubble(sourceOf(probe), ACTORS.addressOfB), PRIMARY, "secondary");
  assertEquals(fixture.dropped, "destination_invalid");
  fixture.receive(probe, fixture.mapping, "secondary");
  assertEquals(fixture.dropped, "source_mismatch");
  assertEquals(fixture.client.status(fixture.now).refreshInterval, 30_000);
});

Deno.test("C-47: refreshes follow the interval that was found", () => {
  const fixture = newFixture();
  determine(Infinity, fixture);
  fixture.pass(200_000);
  let refreshes = 0;
  const until = fixture.now + 1_125_000;
  while (fixture.client.nextTimer() <= until) {
    for (const sent of fixture.waitForTimer().solicitations) {
      refreshes++;
      fixture.answerTo(sent);
    }
  }
  assert(refreshes >= 10 && refreshes <= 14, `${refreshes}`);
});

Deno.test("C-47: a new mapping resets the interval and starts over", () => {
  const fixture = newFixture();
  determine(Infinity, fixture);
  let [sent] = fixture.solicitations;
  while (sent === undefined) [sent] = fixture.waitForTimer().solicitations;
  fixture.answerTo(sent, { mapping: at("192.0.2.1:6000") });
  assertEquals(fixture.client.status(fixture.now).refreshInterval, 30_000);
  assertEquals(fixture.wait(0).sink.datagrams.map(({ via }) => via), ["secondary"]);
});

Deno.test("the interval is not determined unless configured", () => {
  const fixture = ClientFixture.a().wait(0);
  assertEquals(fixture.sink.datagrams, []);
  fixture.receive(packet(ACTORS.addressOfB, ACTORS.addressOfA), ACTORS.b, "secondary");
  assertEquals(fixture.dropped, "destination_invalid");
});
