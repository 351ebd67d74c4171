/** Floods of forged packets, and what honest strangers have of the client meanwhile. */
import { assert, assertEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { ACTORS, at } from "../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1 } from "./client_fixture.ts";

const PRIMARY = portOf(S1, "primary");

/** The Teredo address of a client of S2 at `mapping`. */
function clientAt(mapping: Endpoint): Uint8Array {
  return encodeTeredoAddress({ server: ACTORS.s2, flags: 0, mapping });
}

/** A client whose randomness is no vector's, and its Teredo address. */
function flooded(): { fixture: ClientFixture; self: Uint8Array } {
  const fixture = ClientFixture.a({ random: seededRandom("flood") });
  return { fixture, self: fixture.client.status(fixture.now).address! };
}

/** A second of a flood, in a hundred parts with an honest stranger's turn after each. */
function during(
  fixture: ClientFixture,
  perSecond: number,
  forge: (number: number) => void,
  honest: (turn: number) => void,
): void {
  let number = 0;
  for (let turn = 0; turn < 100; turn++) {
    while (number < (turn + 1) * perSecond / 100) forge(number++);
    honest(turn);
    fixture.pass(10);
  }
}

/** Where the `number`th made-up client is. */
function madeUp(number: number): Endpoint {
  return endpoint(ipv4Address(0x0b000000 + number), 4096);
}

/** Where the `turn`th honest stranger is. */
function stranger(turn: number): Endpoint {
  return at(`192.0.2.${100 + turn}:5000`);
}

const CLIENT_FLOODS = {
  "bubbles of made-up clients through the server": (fixture: ClientFixture, self: Uint8Array) => {
    return (number: number) => {
      fixture.receive(encodeBubble(clientAt(madeUp(number)), self), PRIMARY);
    };
  },
  "data of made-up clients": (fixture: ClientFixture, self: Uint8Array) => (number: number) => {
    const mapping = madeUp(number);
    fixture.receive(packet(clientAt(mapping), self), mapping);
  },
};

for (const [name, flood] of Object.entries(CLIENT_FLOODS)) {
  for (const perSecond of [2_000, 20_000]) {
    Deno.test(`C-26: in ${perSecond} ${name} a second, a new client's data is delivered and answered`, () => {
      const { fixture, self } = flooded();
      let delivered = 0;
      let answered = 0;
      during(fixture, perSecond, flood(fixture, self), (turn) => {
        const mapping = stranger(turn);
        delivered += fixture.receive(packet(clientAt(mapping), self), mapping).sink.packets.length;
        answered += fixture.send(packet(self, clientAt(mapping))).sink.datagrams
          .filter(({ to, bytes }) => to === mapping && bytes.length > 40).length;
      });
      assertEquals([delivered, answered], [100, 100]);
    });
  }
}

Deno.test("C-40: the host's answers to 50,000 forged packets a second cost nothing but themselves", () => {
  const { fixture, self } = flooded();
  fixture.receive(packet(ACTORS.addressOfB, self), ACTORS.b);
  let sent = 0;
  during(fixture, 50_000, (number) => {
    const mapping = madeUp(number);
    fixture.receive(packet(clientAt(mapping), self), mapping);
    sent += fixture.send(packet(self, clientAt(mapping))).sink.datagrams.length;
    assertEquals(fixture.targets.length, 1);
  }, () => {});
  assertEquals(sent, 50_000);
  assert(fixture.client.status(fixture.now).peers.length <= 1 + 200 + 100);
  assertEquals(fixture.send(packet(self, ACTORS.addressOfB)).targets, ["192.0.2.10:8192"]);
});

Deno.test("C-32: a client that was heard without an entry is looked for after 30 s of silence", () => {
  const { fixture, self } = flooded();
  const mapping = stranger(0);
  const data = packet(self, clientAt(mapping));
  during(fixture, 10_000, CLIENT_FLOODS["data of made-up clients"](fixture, self), () => {});
  for (let number = 0; number < 200; number++) {
    fixture.receive(packet(clientAt(madeUp(100_000 + number)), self), madeUp(100_000 + number));
  }
  fixture.receive(packet(clientAt(mapping), self), mapping);
  assertEquals(fixture.peer(clientAt(mapping)), undefined);
  assertEquals(fixture.send(data).sink.datagrams, [{ to: mapping, via: "service", bytes: data }]);
  fixture.pass(30_000).send(data);
  assertEquals(fixture.targets, ["192.0.2.100:5000", "198.51.100.118:3544"]);
});
