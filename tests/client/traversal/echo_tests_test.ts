/** Sequential symmetric NATs and the Echo Test, RFC 6081 §5.5, as one client sees them. */
import { assert, assertEquals } from "@std/assert";
import type { ClientConfig } from "../../../client/client_config.ts";
import type { ClientSocket } from "../../../client/client_sink.ts";
import { CLOSING_DELAY, MAX_RANDOM_PORTS } from "../../../client/timing.ts";
import { encodeBubble } from "../../../wire/bubble.ts";
import { addressOf, endpoint } from "../../../wire/endpoint.ts";
import { isRouterSolicitation } from "../../../wire/neighbor_discovery.ts";
import { encodeTeredoAddress } from "../../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../../wire/teredo_packet.ts";
import { encodeTrailers, parseTrailers, type Trailers } from "../../../wire/trailers.ts";
import { seededRandom } from "../../sim/seeded_random.ts";
import { ACTORS, at } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1, S2 } from "../client_fixture.ts";

const { addressOfB, b, s2 } = ACTORS;
const PRIMARY = portOf(S1, "primary");
const SECONDARY = portOf(S1, "secondary");
const THEIRS = portOf(S2, "primary");

/** A client behind a symmetric NAT that replaces its port, and counts unless told otherwise. */
class Counting extends ClientFixture {
  constructor(step = 1, config: Partial<ClientConfig> = {}) {
    const local = at("10.0.0.2:4444");
    super({ localEndpoint: () => local, random: seededRandom("echo tests"), ...config });
    this.wait(0).answer().answer({ mapping: this.outside(ACTORS.a, step) });
  }

  /** The mapping so many ports after another. */
  outside(mapping = ACTORS.a, step = 0) {
    return (mapping + step) as typeof mapping;
  }

  get self(): Uint8Array {
    return this.client.status(this.now).address!;
  }

  sendToB(): this {
    return this.send(packet(this.self, addressOfB));
  }

  /** The datagrams of the last action: where each went, from which socket, and what it is. */
  get sent(): [to: number, via: ClientSocket, what: "RS" | Trailers][] {
    return this.sink.datagrams.map(({ to, via, bytes }) => {
      const parsed = parseTeredoPacket(bytes);
      assert(typeof parsed !== "string");
      const isSolicitation = isRouterSolicitation(parsed.ipv6);
      return [to, via, isSolicitation ? "RS" : parseTrailers(parsed.trailers) as Trailers];
    });
  }

  /** The server's two addresses answer the solicitations of a test, having seen these ports. */
  answerTest(lower: number, upper: number): this {
    const asked = this.solicitations;
    assertEquals(asked.map(({ to }) => to), [PRIMARY, SECONDARY]);
    for (const [i, port] of [lower, upper].entries()) {
      this.answerTo(asked[i]!, { mapping: endpoint(addressOf(this.mapping), port) });
    }
    return this;
  }

  /** The random port that the last action's indirect bubble advertised. */
  get advertised(): number | undefined {
    const [, , trailers] = this.sent.find(([to]) => to === THEIRS) ?? [];
    assert(typeof trailers === "object", "no indirect bubble");
    return trailers.randomPort;
  }
}

Deno.test("X-14: the Echo Test sends solicitation, bubble, solicitation from one port, before the indirect bubble", () => {
  const fixture = new Counting().sendToB();
  assertEquals(fixture.sent, [
    [b, "service", {}],
    [PRIMARY, "random0", "RS"],
    [b, "random0", {}],
    [SECONDARY, "random0", "RS"],
  ]);
});

Deno.test("X-14: 1200 and 1202 give 1201, which the indirect bubble advertises", () => {
  const fixture = new Counting().sendToB().answerTest(1200, 1202);
  assertEquals(fixture.advertised, 1201);
});

Deno.test("X-14: the answers may come in any order, and each counts once", () => {
  const fixture = new Counting().sendToB();
  const [lower, upper] = fixture.solicitations;
  const seen = (port: number) => ({ mapping: endpoint(addressOf(fixture.mapping), port) });
  fixture.answerTo(upper!, seen(1202)).answerTo(upper!, seen(1300)).answerTo(lower!, seen(1200));
  assertEquals(fixture.advertised, 1201);
});

Deno.test("X-14: the bubble of the test goes to the peer's random port, if it has one", () => {
  const fixture = new Counting();
  const ipv6 = encodeBubble(addressOfB, fixture.self);
  const trailers = encodeTrailers({ nonce: 7, randomPort: 40_404 });
  fixture.receive(encodeTeredoPacket({ origin: b, ipv6, trailers }), PRIMARY);
  const fromRandomPort = fixture.sent.filter(([, via]) => via === "random0").map(([to]) => to);
  assertEquals(fromRandomPort, [PRIMARY, endpoint(addressOf(b), 40_404), SECONDARY]);
});

Deno.test("X-14: a peer that anyone can have made up gets the bubble of one test, and no other before it", () => {
  const introduce = (server: typeof s2, nonce: number) => {
    const fixture = new Counting();
    const source = encodeTeredoAddress({ server, flags: 0, mapping: b });
    const ipv6 = encodeBubble(source, fixture.self);
    const trailers = encodeTrailers({ nonce });
    return fixture.receive(encodeTeredoPacket({ origin: b, ipv6, trailers }), PRIMARY);
  };
  const fixture = introduce(s2, 7);
  assertEquals(fixture.sent, [
    [PRIMARY, "random0", "RS"],
    [b, "random0", {}],
    [SECONDARY, "random0", "RS"],
  ]);
  // Without answers, the indirect bubble follows at once.
  assertEquals(fixture.wait(1_000).sent.map(([to]) => to), [THEIRS]);
  // A server at the same place has been paid no bubble besides its own.
  const ways = introduce(addressOf(b), 8).sent.map(([to, via]) => [to, via]);
  assertEquals(ways, [[endpoint(addressOf(b), 3544), "service"]]);
});

Deno.test("X-14: no test behind a NAT that is not symmetric, or without the extension", () => {
  const restricted = ClientFixture.a().send(packet(ACTORS.addressOfA, addressOfB));
  assertEquals([...restricted.sink.opened], []);
  const without = new Counting(1, { extensions: ["port-preserving"] }).sendToB();
  assertEquals(without.advertised, undefined);
  assertEquals([...without.sink.opened], []);
});

Deno.test("no test behind a NAT that the qualification saw draw its ports: the bubble does not wait", () => {
  for (const step of [-1, 0x200, 17]) {
    const fixture = new Counting(step).sendToB();
    assertEquals(fixture.advertised, undefined);
    assertEquals([...fixture.sink.opened], []);
  }
});

Deno.test("a test whose ports do not count upwards advertises nothing, and is the last", () => {
  for (const [lower, upper] of [[1202, 1200], [1200, 1200], [1200, 1217]] as const) {
    const fixture = new Counting().sendToB().answerTest(lower, upper);
    assertEquals(fixture.advertised, undefined);
    assertEquals([...fixture.wait(0).sink.opened], []);
    fixture.pass(400_000).sendToB();
    assertEquals(fixture.solicitations, []);
  }
});

Deno.test("X-15: a test without answers is repeated after a second, and after two more a plain indirect bubble goes out", () => {
  const fixture = new Counting().sendToB();
  fixture.wait(999);
  assertEquals(fixture.solicitations, []);
  fixture.wait(1);
  assertEquals(fixture.sent.map(([, via]) => via), ["random1", "random1", "random1"]);
  assertEquals([...fixture.sink.opened.keys()], ["random1"]);
  fixture.wait(1_999);
  fixture.wait(1);
  assertEquals(fixture.advertised, undefined);
  assertEquals([...fixture.wait(0).sink.opened], []);
});

Deno.test("X-15: the answers to the second test count", () => {
  const fixture = new Counting().sendToB().wait(1_000).answerTest(2000, 2002);
  assertEquals(fixture.advertised, 2001);
});

Deno.test("a bubble at the service port ends the test", () => {
  const fixture = new Counting().sendToB();
  const asked = fixture.solicitations;
  fixture.receive(encodeBubble(addressOfB, fixture.self), b).wait(CLOSING_DELAY);
  assertEquals([...fixture.sink.opened], []);
  assertEquals(fixture.wait(5_000).sent, []);
  fixture.answerTo(asked[0]!);
  assertEquals(fixture.sink.drops, ["advertisement_unexpected"]);
});

Deno.test("answers to a test from elsewhere, or with another nonce, are dropped", () => {
  const fixture = new Counting().sendToB();
  const [lower, upper] = fixture.solicitations;
  fixture.answerTo(lower!, { from: at("203.0.113.99:3544") });
  assertEquals(fixture.sink.drops, ["advertisement_unexpected"]);
  fixture.receive(fixture.answerFor(upper!), PRIMARY, "random0");
  assertEquals(fixture.sink.drops, ["nonce_mismatch"]);
  fixture.receive(fixture.answerFor(lower!), PRIMARY, "random5");
  assertEquals(fixture.sink.drops, ["advertisement_unexpected"]);
});

Deno.test("a test whose port made room for another peer's does not judge the port that gets its name", () => {
  const fixture = new Counting();
  // The indirect bubbles of strangers, as many at an address as are answered at once.
  for (let stranger = 0; stranger < MAX_RANDOM_PORTS + 2; stranger++) {
    const mapping = (b + (stranger >> 4) * 0x1_0000 + stranger) as typeof b;
    const peer = encodeTeredoAddress({ server: s2, flags: 0, mapping });
    const ipv6 = encodeBubble(peer, fixture.self);
    const trailers = encodeTrailers({ nonce: stranger + 1 });
    fixture.wait(0).receive(encodeTeredoPacket({ origin: mapping, ipv6, trailers }), PRIMARY);
  }
  assertEquals(fixture.solicitations.map(({ via }) => via), ["random0", "random0"]);
  assertEquals(fixture.answerTest(1200, 1202).advertised, 1201);
});
