import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import type { ClientSocket } from "../../../client/client_sink.ts";
import { parseAuthentication } from "../../../wire/authentication.ts";
import { encodeBubble } from "../../../wire/bubble.ts";
import { isLinkLocal } from "../../../wire/ipv6_address.ts";
import { hopLimitOf, SOURCE } from "../../../wire/ipv6_header.ts";
import {
  decodeTeredoAddress,
  encodeTeredoAddress,
  flagsOf,
  isCone,
  RANDOM_FLAGS,
} from "../../../wire/teredo_address.ts";
import { parseTeredoPacket, type TeredoPacket } from "../../../wire/teredo_packet.ts";
import type { SentDatagram } from "../../recording_sink.ts";
import { seededRandom } from "../../sim/seeded_random.ts";
import { ACTORS, address, at, hex, vector } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1, S2, vectorRandom } from "../client_fixture.ts";

const PRIMARY = portOf(S1, "primary");
const SECONDARY = portOf(S1, "secondary");

function parse(bytes: Uint8Array): TeredoPacket {
  const parsed = parseTeredoPacket(bytes);
  assert(typeof parsed !== "string");
  return parsed;
}

function nonceIn(bytes: Uint8Array): string {
  return parse(bytes).authentication!.nonce.toHex();
}

Deno.test("C-02: the first solicitation has cone bit 0", () => {
  const [first] = new ClientFixture().wait(0).solicitations;
  assert(!isCone(parse(first!.bytes).ipv6, SOURCE));
});

Deno.test("C-03: a solicitation goes from the service port to the primary address, as in V2", () => {
  const { sink } = new ClientFixture({ random: vectorRandom() }).wait(0);
  const v2 = vector("V2");
  assertEquals(sink.datagrams, [{ to: PRIMARY, via: "service", bytes: v2.payload }]);
  const { ipv6 } = parse(sink.datagrams[0]!.bytes);
  assert(isLinkLocal(ipv6, SOURCE));
  assertEquals(hopLimitOf(ipv6), 255);
});

/** The next solicitation to the secondary address; until then the primary one answers. */
function nextToSecondary(fixture: ClientFixture): SentDatagram<ClientSocket> {
  for (let timers = 0; timers < 200; timers++) {
    for (const sent of fixture.waitForTimer().solicitations) {
      if (sent.to === SECONDARY) return sent;
      fixture.answerTo(sent);
    }
  }
  throw new Error("The secondary address is not asked any more");
}

Deno.test("C-04: solicitations are four seconds apart, and after three the client is off-line", () => {
  const fixture = new ClientFixture();
  const times: number[] = [];
  const start = fixture.now;
  while (fixture.state === "qualifying") {
    fixture.waitForTimer();
    if (fixture.solicitations.length > 0) times.push(fixture.now - start);
  }
  assertEquals(times, [0, 4000, 8000]);
  assertEquals(fixture.now - start, 12_000);
  assertEquals(fixture.state, "offline");
  assertEquals(fixture.client.status(fixture.now).offline!.reason, "no_reply_from_primary");
});

Deno.test("C-04: without an answer from the secondary address, the client goes on after a second", () => {
  const fixture = new ClientFixture().wait(0).answer();
  const start = fixture.now;
  assertEquals(fixture.wait(999).state, "qualifying");
  assertEquals(fixture.wait(1).events, ["qualified"]);
  assertEquals(fixture.client.status(fixture.now).nat, "unknown");
  const times: number[] = [];
  while (fixture.now < start + 20_000) {
    if (fixture.waitForTimer().targets.includes("203.0.113.121:3544")) {
      times.push(fixture.now - start);
    }
  }
  assertEquals(times, [4_000, 8_000], "it asks on");
});

for (
  const [nat, mapping] of [["restricted", ACTORS.a], ["symmetric", at("192.0.2.1:4097")]] as const
) {
  Deno.test(`C-04: a secondary address that answers late shows a ${nat} NAT, and nothing else changes`, () => {
    const fixture = new ClientFixture().wait(0).answer().wait(1_000);
    const { address } = fixture;
    fixture.wait(11_000).answerTo(nextToSecondary(fixture), { mapping });
    assertEquals(fixture.events, ["nat_determined"]);
    assertEquals(fixture.client.status(fixture.now).nat, nat);
    assertEquals(fixture.address, address);
    assertThrows(() => nextToSecondary(fixture));
  });
}

Deno.test("C-04: a server that is said to have one address is not asked at another", () => {
  const fixture = new ClientFixture({ servers: [{ ...S1, secondary: S1.primary }] }).wait(0)
    .answer();
  assertEquals(fixture.events, ["qualified"]);
  assertEquals(fixture.client.status(fixture.now).nat, "unknown");
  assertEquals(fixture.targets, []);
});

Deno.test("C-04: where symmetric NATs are not supported, the secondary address has all its time", () => {
  const fixture = new ClientFixture({ extensions: [] }).wait(0).answer();
  const targets = [...fixture.targets, ...fixture.wait(11_999).targets];
  assertEquals(targets, Array(3).fill("203.0.113.121:3544"));
  assertEquals(fixture.state, "qualifying");
  assertEquals(fixture.wait(1).events, ["qualified"]);
});

Deno.test("C-04: where they are not supported, a late answer that shows one ends off-line", () => {
  const fixture = new ClientFixture({ extensions: [] }).wait(0).answer().wait(12_000);
  fixture.answerTo(nextToSecondary(fixture), { mapping: at("192.0.2.1:4097") });
  assertEquals(fixture.client.status(fixture.now).offline!.reason, "symmetric_nat");
});

Deno.test("C-04: off-line, each pause is twice as long, up to five minutes, give or take a quarter", () => {
  const fixture = new ClientFixture();
  const delays: number[] = [];
  for (let i = 0; i < 9; i++) {
    fixture.wait(12_000);
    const { offline } = fixture.client.status(fixture.now);
    delays.push(offline!.retryIn);
    fixture.wait(offline!.retryIn);
    assertEquals(fixture.events, ["qualifying"]);
    assertEquals(fixture.targets, ["203.0.113.120:3544"]);
  }
  const nominal = [5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1000);
  delays.forEach((delay, i) => {
    assert(delay >= 0.75 * nominal[i]! && delay <= 1.25 * nominal[i]!, `${i}: ${delay}`);
  });
});

Deno.test("C-04: a network change ends the pause at once", () => {
  const fixture = new ClientFixture().wait(12_000);
  assertEquals(fixture.state, "offline");
  fixture.sink.clear();
  fixture.client.requalify(fixture.now, fixture.sink);
  assertEquals(fixture.targets, ["203.0.113.120:3544"]);
});

Deno.test("C-05: after V4 from the primary address the same solicitation goes to the secondary", () => {
  const fixture = new ClientFixture({ random: vectorRandom() }).wait(0);
  fixture.receive(vector("V4").payload, vector("V4").source);
  assertEquals(fixture.sink.datagrams, [
    { to: SECONDARY, via: "service", bytes: vector("V2").payload },
  ]);
  assertEquals(fixture.state, "qualifying");
});

Deno.test("C-06: equal mappings from both addresses qualify", () => {
  const fixture = new ClientFixture().qualify();
  assertEquals(fixture.state, "qualified");
  assertEquals(fixture.events, ["qualified"]);
  assertEquals(fixture.client.status(fixture.now).mapping, ACTORS.a);
});

for (const [what, other] of [["address", "192.0.2.2:4096"], ["port", "192.0.2.1:4097"]] as const) {
  Deno.test(`C-06: another mapped ${what} at the secondary address is a symmetric NAT`, () => {
    const fixture = new ClientFixture({ extensions: [] });
    fixture.wait(0).answer().answer({ mapping: at(other) });
    assertEquals(fixture.state, "offline");
    assertEquals(fixture.client.status(fixture.now).offline!.reason, "symmetric_nat");
    assertEquals(fixture.address, undefined);
    assertEquals(fixture.events, ["offline"]);
  });
}

Deno.test("C-10: solicitations carry confirmation 0", () => {
  const [first] = new ClientFixture().wait(0).solicitations;
  const authentication = parseAuthentication(first!.bytes);
  assert(typeof authentication !== "string");
  assertEquals(authentication.confirmation, 0);
});

Deno.test("C-12: V4 with flags 385c makes address A4", () => {
  const fixture = new ClientFixture({ random: vectorRandom() }).wait(0);
  fixture.receive(vector("V4").payload, PRIMARY);
  fixture.receive(vector("V4").payload, SECONDARY);
  assertEquals(fixture.address, address("A4").text);
});

Deno.test("C-12: only the twelve random bits of the flags are ever set", () => {
  for (const drawn of ["ffff", "0000", "c300"]) {
    const fixture = new ClientFixture({ random: vectorRandom(hex(drawn)) }).qualify();
    const flags = flagsOf(fixture.client.status(fixture.now).address!);
    assertEquals(flags, parseInt(drawn, 16) & RANDOM_FLAGS);
  }
});

Deno.test("C-13: the address stays the same over refreshes and off-line times of the same mapping", () => {
  const fixture = new ClientFixture().qualify();
  const { address } = fixture;
  fixture.wait(30_000).answer();
  assertEquals(fixture.address, address);
  fixture.wait(60_000);
  assertEquals(fixture.state, "offline");
  fixture.client.requalify(fixture.now, fixture.sink);
  fixture.answer().answer();
  assertEquals(fixture.address, address);
});

Deno.test("C-13: another server has other flags", () => {
  const fixture = new ClientFixture({ servers: [S1, S2] }).qualify();
  const flags = flagsOf(fixture.client.status(fixture.now).address!);
  fixture.waitFor("qualifying");
  fixture.answer({ server: S2 }).answer({ server: S2 });
  assertEquals(fixture.state, "qualified");
  assertNotEquals(flagsOf(fixture.client.status(fixture.now).address!), flags);
});

Deno.test("C-14: only solicitations are sent before the client is qualified", () => {
  const fixture = new ClientFixture().wait(0);
  const { addressOfA, addressOfB, b, host, relay } = ACTORS;
  for (let phase = 0; phase < 2; phase++) {
    for (
      const [payload, from] of [
        [encodeBubble(addressOfB, addressOfA), b],
        [vector("V12").payload, vector("V12").source],
        [packet(host, addressOfA), relay],
      ] as const
    ) {
      fixture.receive(payload, from);
      assertEquals(fixture.dropped, "not_qualified");
      assertEquals(fixture.sink.datagrams, []);
    }
    fixture.send(packet(addressOfA, host));
    assertEquals(fixture.sink.datagrams, []);
    assertEquals(fixture.dropped, "not_qualified");
    if (phase === 0) fixture.wait(4000).answer();
  }
});

Deno.test("each solicitation has its own nonce, and an answer to an earlier one still counts", () => {
  const fixture = new ClientFixture().wait(0);
  const [first] = fixture.solicitations;
  const [second] = fixture.wait(4000).solicitations;
  assertNotEquals(nonceIn(first!.bytes), nonceIn(second!.bytes));
  fixture.answerTo(first!);
  assertEquals(fixture.targets, ["203.0.113.121:3544"]);
});

Deno.test("C-48: one port, and so one reserved mapping, serves both phases and all data", () => {
  const fixture = new ClientFixture();
  const sockets = new Set<string>();
  const note = () => fixture.sink.datagrams.forEach(({ via }) => sockets.add(via));
  fixture.wait(0);
  note();
  fixture.answer();
  note();
  fixture.answer();
  assertEquals(fixture.state, "qualified");
  fixture.send(packet(fixture.client.status(fixture.now).address!, ACTORS.addressOfB));
  note();
  assertEquals([...sockets], ["service"]);
});

Deno.test("the server's MTU counts, up to the client's own", () => {
  const mtuWith = (own: number | undefined, advertised: number | undefined) => {
    const fixture = new ClientFixture({ mtu: own }).wait(0);
    const options = advertised === undefined ? {} : { mtu: advertised };
    fixture.answer(options).answer(options);
    return fixture.client.status(fixture.now).mtu;
  };
  assertEquals(mtuWith(undefined, undefined), 1280);
  assertEquals(mtuWith(undefined, 1400), 1280);
  assertEquals(mtuWith(1500, 1400), 1400);
  assertEquals(mtuWith(1500, undefined), 1500);
});

Deno.test("C-08: the address of an earlier run is used again for its server and mapping, and no other", () => {
  const addressOf = ({ client, now }: ClientFixture) => client.status(now).address!;
  const first = addressOf(new ClientFixture({ random: seededRandom("first") }).qualify());
  const again = (previousAddress: Uint8Array) =>
    addressOf(new ClientFixture({ random: seededRandom("again"), previousAddress }).qualify());
  assertEquals(again(first), first);
  const { server, flags, mapping } = decodeTeredoAddress(first)!;
  const others = [
    encodeTeredoAddress({ server, flags, mapping: at("192.0.2.77:1") }),
    encodeTeredoAddress({ server: S2.primary, flags, mapping }),
  ];
  for (const other of others) assertNotEquals(flagsOf(again(other)), flags);
});
