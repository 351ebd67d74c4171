import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { encodeBubble } from "../../../wire/bubble.ts";
import { isCone } from "../../../wire/teredo_address.ts";
import { SOURCE } from "../../../wire/ipv6_header.ts";
import { parseTeredoPacket } from "../../../wire/teredo_packet.ts";
import { ACTORS, at, hex, vector } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1, S2 } from "../client_fixture.ts";

const PRIMARY = portOf(S1, "primary");
const { addressOfA, addressOfB, b } = ACTORS;

/** The waits between refreshes that are answered at once. */
function refreshWaits(fixture: ClientFixture, count: number): number[] {
  return Array.from({ length: count }, () => {
    const before = fixture.now;
    do fixture.waitForTimer(); while (fixture.solicitations.length === 0);
    fixture.answer();
    return fixture.now - before;
  });
}

Deno.test("C-16: the refresh interval is 30 s unless configured", () => {
  const intervalWith = (refreshInterval?: number) => {
    const fixture = new ClientFixture({ refreshInterval }).qualify();
    return fixture.client.status(fixture.now).refreshInterval;
  };
  assertEquals(intervalWith(), 30_000);
  assertEquals(intervalWith(20_000), 20_000);
});

for (const interval of [undefined, 60_000]) {
  Deno.test(`C-17: refreshes come after 75 to 100 % of ${interval ?? "the default"}, spread evenly`, () => {
    const nominal = interval ?? 30_000;
    const fixture = new ClientFixture({ refreshInterval: interval }).qualify();
    const shares = refreshWaits(fixture, 1000).map((wait) => wait / nominal);
    assert(shares.every((share) => share >= 0.75 && share <= 1));
    const mean = shares.reduce((sum, share) => sum + share) / shares.length;
    assert(Math.abs(mean - 0.875) < 0.01, `${mean}`);
    assert(Math.min(...shares) < 0.76 && Math.max(...shares) > 0.99);
  });
}

Deno.test("C-18: a silent server gets a solicitation with cone bit 0", () => {
  const fixture = new ClientFixture().qualify();
  assertEquals(fixture.wait(22_499).sink.datagrams, []);
  const [sent] = fixture.wait(7_501).solicitations;
  assertEquals(sent!.to, PRIMARY);
  const parsed = parseTeredoPacket(sent!.bytes);
  assert(typeof parsed !== "string" && !isCone(parsed.ipv6, SOURCE));
});

Deno.test("C-19: a valid packet from the server postpones the refresh", () => {
  const fixture = ClientFixture.a().wait(20_000);
  fixture.receive(vector("V12").payload, PRIMARY);
  assertEquals(fixture.dropped, undefined);
  assertEquals(fixture.wait(22_000).solicitations, []);
  assertEquals(fixture.wait(8_000).solicitations.length, 1);
});

Deno.test("C-19: an invalid packet postpones nothing", () => {
  const fixture = ClientFixture.a();
  const due = fixture.client.nextTimer();
  fixture.wait(20_000);
  fixture.receive(hex("6000"), PRIMARY);
  fixture.receive(encodeBubble(addressOfA, addressOfB), PRIMARY);
  fixture.receive(encodeBubble(addressOfA, addressOfA), PRIMARY);
  // Without an origin there is nobody to answer.
  fixture.receive(encodeBubble(ACTORS.host, addressOfA), PRIMARY);
  assertEquals(fixture.client.nextTimer(), due);
});

Deno.test("C-19: packets from the server's secondary address count, those from another port do not", () => {
  const fixture = ClientFixture.a();
  const due = fixture.client.nextTimer();
  fixture.wait(20_000).receive(vector("V12").payload, at("203.0.113.120:3545"));
  assertEquals(fixture.client.nextTimer(), due);
  fixture.receive(vector("V12").payload, portOf(S1, "secondary"));
  assert(fixture.client.nextTimer() > due);
});

Deno.test("threat 15: forged packets from the server postpone the refresh by two intervals at most", () => {
  const fixture = ClientFixture.a();
  const start = fixture.now;
  while (fixture.solicitations.length === 0 && fixture.now - start < 600_000) {
    fixture.receive(vector("V12").payload, PRIMARY).wait(1_000);
  }
  assert(fixture.now - start <= 61_000, `${fixture.now - start}`);
});

Deno.test("C-20: a new mapping replaces the address at once", () => {
  const fixture = new ClientFixture().qualify();
  const before = fixture.client.status(fixture.now).address!;
  const mapping = at("192.0.2.1:5000");
  fixture.wait(30_000).answer({ mapping });
  const { address } = fixture.client.status(fixture.now);
  assertNotEquals(address!.toHex(), before.toHex());
  assertEquals(fixture.sink.events.length, 1);
  const [event] = fixture.sink.events;
  assert(event?.type === "qualified");
  assertEquals(event.mapping, mapping);
  assertEquals(event.previous, before);
  assertEquals(event.address, address);
});

Deno.test("C-20: after a change of address the old one neither sends nor receives", () => {
  const fixture = new ClientFixture().qualify();
  const old = fixture.client.status(fixture.now).address!;
  fixture.wait(30_000).answer({ mapping: at("192.0.2.1:5000") });
  assertEquals(fixture.receive(packet(addressOfB, old), b).dropped, "destination_invalid");
  assertEquals(fixture.send(packet(old, addressOfB)).dropped, "source_invalid");
  assertEquals(fixture.sink.datagrams, []);
});

Deno.test("C-20: a refresh with the same mapping changes nothing", () => {
  const fixture = new ClientFixture().qualify();
  const { address } = fixture;
  fixture.receive(packet(addressOfB, fixture.client.status(fixture.now).address!), b);
  fixture.wait(30_000).answer();
  assertEquals([fixture.events, fixture.address], [[], address]);
  assert(fixture.peer(addressOfB) !== undefined);
});

Deno.test("C-21: a change of address clears peers, queues and searches", () => {
  const fixture = new ClientFixture().qualify();
  const self = fixture.client.status(fixture.now).address!;
  fixture.receive(packet(addressOfB, self), b);
  fixture.wait(29_000);
  fixture.send(packet(self, ACTORS.host)).wait(1_000);
  const [sent] = fixture.solicitations;
  if (sent === undefined) fixture.client.requalify(fixture.now, fixture.sink);
  fixture.answer({ mapping: at("192.0.2.1:5000") });
  assertEquals(fixture.client.status(fixture.now).peers, []);
  // Nothing is searched for any more, and nobody is told that it was in vain.
  assertEquals(fixture.wait(15_000).sink.datagrams, []);
  assertEquals([fixture.sink.packets, fixture.sink.drops], [[], []]);
});

Deno.test("C-21: three unanswered refreshes end off-line, and the client starts over later", () => {
  const fixture = new ClientFixture().qualify();
  fixture.waitForTimer();
  assertEquals(fixture.events, []);
  fixture.wait(4_000);
  assertEquals([fixture.events, fixture.targets], [["server_silent"], ["203.0.113.120:3544"]]);
  fixture.wait(4_000);
  assertEquals([fixture.events, fixture.targets], [[], ["203.0.113.120:3544"]]);
  assertEquals(fixture.state, "qualified");
  fixture.wait(4_000);
  assertEquals(fixture.state, "offline");
  const [event] = fixture.sink.events;
  assert(event?.type === "offline" && event.previous !== undefined);
  assertEquals(event.reason, "server_lost");
  assert(event.retryIn >= 3_750 && event.retryIn <= 6_250);
  fixture.wait(event.retryIn).answer().answer();
  assertEquals(fixture.state, "qualified");
});

Deno.test("a late answer to a refresh keeps the address and reports the server back", () => {
  const fixture = new ClientFixture().qualify();
  const [first] = fixture.waitForTimer().solicitations;
  fixture.wait(4_000).answerTo(first!);
  assertEquals(fixture.events, ["server_back"]);
  assertEquals(fixture.wait(20_000).sink.datagrams, []);
});

Deno.test("threat 2: a replayed advertisement is dropped", () => {
  const fixture = new ClientFixture().wait(0);
  const [sent] = fixture.solicitations;
  const old = fixture.answerFor(sent!, { mapping: at("192.0.2.66:6666") });
  fixture.answer().answer();
  const { address } = fixture;
  assertEquals(fixture.receive(old, PRIMARY).dropped, "advertisement_unexpected");
  fixture.wait(30_000);
  assertEquals(fixture.receive(old, PRIMARY).dropped, "nonce_mismatch");
  assertEquals(fixture.address, address);
});

Deno.test("a network change makes the client check its mapping at once, while data goes on", () => {
  const fixture = new ClientFixture().qualify();
  const self = fixture.client.status(fixture.now).address!;
  fixture.receive(packet(addressOfB, self), b);
  fixture.sink.clear();
  fixture.client.requalify(fixture.now, fixture.sink);
  assertEquals(fixture.targets, ["203.0.113.120:3544"]);
  const [sent] = fixture.solicitations;
  assertEquals(fixture.send(packet(self, addressOfB)).targets, ["192.0.2.10:8192"]);
  fixture.answerTo(sent!, { mapping: at("192.0.2.9:4096") });
  assertEquals(fixture.events, ["qualified"]);
});

Deno.test("when one of several servers fails, the next one is asked at once", () => {
  const fixture = new ClientFixture({ servers: [S1, S2] }).wait(12_000);
  assertEquals(fixture.events, ["qualifying", "offline", "qualifying"]);
  assertEquals(fixture.targets.at(-1), "198.51.100.118:3544");
  fixture.answer({ server: S2 }).answer({ server: S2 });
  assertEquals(fixture.client.status(fixture.now).server, S2);
});

Deno.test("after the last server the client pauses, then begins with the preferred one again", () => {
  const fixture = new ClientFixture({ servers: [S1, S2] }).wait(24_000);
  assertEquals(fixture.state, "offline");
  const { retryIn } = fixture.client.status(fixture.now).offline!;
  assert(retryIn >= 3_750);
  assertEquals(fixture.wait(retryIn).targets, ["203.0.113.120:3544"]);
});

Deno.test("on a fallback server the client asks the preferred one every ten minutes, and returns to it", () => {
  const fixture = new ClientFixture({ servers: [S1, S2] }).wait(12_000);
  fixture.answer().answer();
  const start = fixture.now;
  const asked: number[] = [];
  while (fixture.now - start < 1_300_000) {
    for (const sent of fixture.waitForTimer().solicitations) {
      if (sent.to === PRIMARY) asked.push(fixture.now - start);
      else fixture.answerTo(sent);
    }
  }
  assertEquals(asked, [600_000, 1_200_000]);
  let isBack = false;
  while (!isBack) {
    for (const sent of fixture.waitForTimer().solicitations) {
      fixture.answerTo(sent, { server: sent.to === PRIMARY ? S1 : S2 });
      isBack ||= fixture.events.includes("qualified");
    }
  }
  assertEquals(fixture.client.status(fixture.now).server, S1);
  assertEquals(fixture.state, "qualified");
});

Deno.test("new addresses of the server's name are used once the old ones fail", () => {
  const fixture = new ClientFixture().qualify();
  fixture.client.useServers([S2], fixture.now, fixture.sink);
  assertEquals(fixture.client.status(fixture.now).server, S1);
  fixture.waitFor("offline");
  assertEquals(fixture.waitFor("qualifying").targets, ["198.51.100.118:3544"]);
});

Deno.test("new addresses that arrive while the client is off-line are tried at once", () => {
  const fixture = new ClientFixture().waitFor("offline");
  fixture.sink.clear();
  fixture.client.useServers([S2], fixture.now, fixture.sink);
  assertEquals(fixture.targets, ["198.51.100.118:3544"]);
  fixture.client.useServers([S2], fixture.now, fixture.sink);
  assertEquals(fixture.targets.length, 1);
});
