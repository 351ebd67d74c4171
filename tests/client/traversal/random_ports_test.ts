/** Port-preserving symmetric NATs, RFC 6081 §5.4, as one client sees them. */
import { assert, assertEquals } from "@std/assert";
import type { ClientConfig } from "../../../client/client_config.ts";
import type { ClientSocket } from "../../../client/client_sink.ts";
import { CLOSING_DELAY, MAX_RANDOM_PORTS } from "../../../client/timing.ts";
import { encodeBubble } from "../../../wire/bubble.ts";
import {
  addressOf,
  type Endpoint,
  endpoint,
  portOf as portOfEndpoint,
} from "../../../wire/endpoint.ts";
import { sourceOf } from "../../../wire/ipv6_header.ts";
import { encodeTeredoAddress } from "../../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../../wire/teredo_packet.ts";
import { encodeTrailers, parseTrailers, type Trailers } from "../../../wire/trailers.ts";
import { seededRandom } from "../../sim/seeded_random.ts";
import { ACTORS, at } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1, S2 } from "../client_fixture.ts";

const { addressOfB, b, s2 } = ACTORS;
const SERVER = portOf(S1, "primary");
const THEIRS = portOf(S2, "primary");
/** The first port that a fixture opens. */
const OWN = 50_001;
/** Where B's random port is. */
const B_RANDOM = endpoint(addressOf(b), 40_404);

/** A client behind a symmetric NAT that the server's primary address sees at `mapping`. */
class Symmetric extends ClientFixture {
  constructor(local: Endpoint, config: Partial<ClientConfig> = {}) {
    super({ localEndpoint: () => local, random: seededRandom("ports"), ...config });
  }

  override qualify(): this {
    const other = endpoint(addressOf(this.mapping), 60_000);
    return this.wait(0).answer().answer({ mapping: other });
  }

  /** The bubbles of the last action: where each went, from which socket, and with what. */
  get bubbles(): [Endpoint, ClientSocket, Trailers][] {
    return this.sink.datagrams.flatMap(({ to, via, bytes }) => {
      const parsed = parseTeredoPacket(bytes);
      assert(typeof parsed !== "string");
      const bubble = [to, via, parseTrailers(parsed.trailers) as Trailers] as [
        Endpoint,
        ClientSocket,
        Trailers,
      ];
      return parsed.ipv6.length > 40 ? [] : [bubble];
    });
  }

  /** The nonce of the latest indirect bubble among them. */
  get nonce(): number {
    return this.bubbles.find(([to]) => to === THEIRS)![2].nonce!;
  }

  get address16(): Uint8Array {
    return this.client.status(this.now).address!;
  }

  sendToB(): this {
    return this.send(packet(this.address16, addressOfB));
  }

  /** B's indirect bubble comes, by our server. */
  hearIndirect(trailers: Trailers): this {
    const ipv6 = encodeBubble(addressOfB, this.address16);
    const payload = encodeTeredoPacket({ origin: b, ipv6, trailers: encodeTrailers(trailers) });
    return this.receive(payload, SERVER);
  }

  /** A direct bubble of B comes. */
  hearDirect(from: Endpoint, via: ClientSocket, trailers: Trailers = {}): this {
    const ipv6 = encodeBubble(addressOfB, this.address16);
    const payload = encodeTeredoPacket({ ipv6, trailers: encodeTrailers(trailers) });
    return this.receive(payload, from, via);
  }
}

/** A client whose NAT keeps its port. */
function preserving(config?: Partial<ClientConfig>): Symmetric {
  return new Symmetric(at(`10.0.0.2:${portOfEndpoint(ACTORS.a)}`), config).qualify();
}

/** The same, met by B at our random port. */
function met(): Symmetric {
  const fixture = preserving().sendToB();
  const { nonce } = fixture;
  return fixture.hearIndirect({ nonce: 7, randomPort: 40_404 })
    .hearDirect(B_RANDOM, "random0", { nonce });
}

Deno.test("X-09, X-10: a NAT that keeps the port makes the client open one for a peer, and advertise it", () => {
  const fixture = preserving().sendToB();
  assertEquals([...fixture.sink.opened], [["random0", OWN]]);
  const [direct, indirect] = fixture.bubbles;
  assertEquals(direct, [b, "service", {}]);
  assertEquals([indirect![0], indirect![2].randomPort], [THEIRS, OWN]);
});

Deno.test("X-09: a NAT that replaces the port does not count as port-preserving", () => {
  const fixture = new Symmetric(at("10.0.0.2:4444")).qualify().sendToB();
  assertEquals([...fixture.sink.opened], []);
});

Deno.test("X-10: no port is opened behind another NAT, for native hosts, twice, or without the extension", () => {
  const restricted = ClientFixture.a({ localEndpoint: () => ACTORS.a });
  restricted.send(packet(ACTORS.addressOfA, addressOfB));
  assertEquals([...restricted.sink.opened], []);
  const fixture = preserving();
  fixture.send(packet(fixture.address16, ACTORS.addressOfRelay));
  assertEquals([...fixture.sink.opened], []);
  assertEquals([...fixture.sendToB().wait(2_020).sink.opened], [["random0", OWN]]);
  const without = preserving({ extensions: ["symmetric"] }).sendToB();
  assertEquals([...without.sink.opened], []);
});

Deno.test("X-10: a trusted peer gets no random port", () => {
  const fixture = preserving().hearDirect(b, "service").wait(2_000).hearIndirect({ nonce: 7 });
  assertEquals([...fixture.sink.opened], []);
});

Deno.test("the first packet from a random port goes where the peer sends from", () => {
  const fixture = preserving().sendToB();
  const ports = fixture.hearIndirect({ nonce: 7, randomPort: 40_404 }).bubbles;
  assertEquals(ports.slice(0, 2), [
    [B_RANDOM, "random0", { nonce: 7, randomPort: OWN }],
    [b, "service", { nonce: 7 }],
  ]);
  const plain = preserving().sendToB().hearIndirect({ nonce: 7 });
  assertEquals(plain.bubbles[0], [b, "random0", { nonce: 7, randomPort: OWN }]);
});

Deno.test("a client behind another NAT sends to a peer's random port from its service port", () => {
  const fixture = ClientFixture.a();
  const ipv6 = encodeBubble(addressOfB, ACTORS.addressOfA);
  const trailers = encodeTrailers({ nonce: 7, randomPort: 40_404 });
  fixture.receive(encodeTeredoPacket({ origin: b, ipv6, trailers }), SERVER);
  assertEquals([fixture.sink.datagrams[0]!.to, fixture.sink.datagrams[0]!.via], [
    B_RANDOM,
    "service",
  ]);
});

Deno.test("X-11: a random port is adopted if none was known, and kept while the peer is heard", () => {
  const fixture = met();
  assertEquals(fixture.peer(addressOfB)!.mapping, B_RANDOM);
  fixture.wait(2_500).hearIndirect({ nonce: 8, randomPort: 40_405 });
  assert(fixture.bubbles.every(([to]) => portOfEndpoint(to) !== 40_405));
});

Deno.test("X-11: another random port is adopted from a peer that was silent, and ours is closed", () => {
  const fixture = met();
  fixture.pass(31_000).hearIndirect({ nonce: 8, randomPort: 40_405 });
  const elsewhere = endpoint(addressOf(b), 40_405);
  assertEquals(fixture.bubbles[0]!.slice(0, 2), [elsewhere, "random1"]);
  fixture.wait(0);
  assertEquals([...fixture.sink.opened.keys()], ["random1"]);
});

Deno.test("X-12: the first bubble at the random port makes the peer trusted there, and is answered", () => {
  const fixture = preserving().sendToB();
  const { nonce } = fixture;
  fixture.hearIndirect({ nonce: 7, randomPort: 40_404 });
  fixture.hearDirect(B_RANDOM, "random0", { nonce });
  assertEquals(fixture.peer(addressOfB)!.path, "random_port");
  assertEquals(fixture.sink.datagrams.map(({ to, via }) => [to, via]), [[B_RANDOM, "random0"]]);
  fixture.sendToB();
  assertEquals(fixture.sink.datagrams.map(({ to, via }) => [to, via]), [[B_RANDOM, "random0"]]);
});

Deno.test("X-12: a bubble at the service port makes the peer trusted there, and closes the random port", () => {
  const fixture = preserving().meetB().wait(CLOSING_DELAY);
  assertEquals([...fixture.sink.opened], []);
  fixture.sendToB();
  assertEquals(fixture.sink.datagrams.map(({ to, via }) => [to, via]), [[b, "service"]]);
});

Deno.test("X-12: the service port takes over from the random port", () => {
  const fixture = met();
  // Anyone can forge a bubble from there, so only a proof counts.
  assertEquals(fixture.hearDirect(b, "service").peer(addressOfB)!.mapping, B_RANDOM);
  const { bytes } = fixture.sink.datagrams.at(-1)!;
  fixture.receive(encodeBubble(addressOfB, sourceOf(bytes)), b);
  // What the peer has just sent to the random port still arrives.
  fixture.receive(packet(addressOfB, fixture.address16), B_RANDOM, "random0");
  assertEquals(fixture.sink.packets.length, 1);
  assertEquals([...fixture.wait(CLOSING_DELAY).sink.opened], []);
  assertEquals(fixture.peer(addressOfB)!.mapping, b);
});

Deno.test("X-12: a peer trusted at the service port is not moved to a random port", () => {
  const fixture = preserving().sendToB();
  fixture.hearIndirect({ nonce: 7, randomPort: 40_404 }).hearDirect(b, "service");
  fixture.hearDirect(B_RANDOM, "service");
  assertEquals(fixture.peer(addressOfB)!.mapping, b);
  fixture.hearDirect(b, "random0");
  fixture.sendToB();
  assertEquals(fixture.sink.datagrams[0]!.via, "service");
});

for (const isFirst of [true, false]) {
  Deno.test(`X-12: a peer that proves two ports is met at its service port, ${isFirst ? "the second" : "the first"} to prove`, () => {
    const fixture = ClientFixture.a();
    fixture.send(packet(ACTORS.addressOfA, addressOfB));
    const { bytes } = fixture.sink.datagrams.find(({ to }) => to === THEIRS)!;
    const parsed = parseTeredoPacket(bytes);
    assert(typeof parsed !== "string");
    const { nonce } = parseTrailers(parsed.trailers) as Trailers;
    const elsewhere = endpoint(addressOf(b), 50_505);
    const ipv6 = encodeBubble(addressOfB, ACTORS.addressOfA);
    const prove = (from: Endpoint, randomPort?: number) =>
      fixture.receive(
        encodeTeredoPacket({ ipv6, trailers: encodeTrailers({ nonce, randomPort }) }),
        from,
      );
    // Neither says in an indirect bubble which is which.
    if (isFirst) prove(B_RANDOM, 40_404);
    prove(elsewhere);
    if (!isFirst) prove(B_RANDOM, 40_404);
    assertEquals(fixture.peer(addressOfB)!.mapping, elsewhere);
    fixture.receive(packet(addressOfB, ACTORS.addressOfA), B_RANDOM);
    assertEquals([fixture.sink.packets.length, fixture.sink.drops], [1, []]);
    assertEquals(fixture.peer(addressOfB)!.mapping, elsewhere);
  });
}

Deno.test("what a peer sent before it was found elsewhere is its own for two seconds", () => {
  const fixture = ClientFixture.a();
  fixture.send(packet(ACTORS.addressOfA, addressOfB));
  const nonce = 0x7e1ed0d0;
  const [one, other] = [at("203.0.113.9:1111"), at("203.0.113.9:2222")];
  const bubble = encodeBubble(addressOfB, ACTORS.addressOfA);
  const proof = encodeTeredoPacket({ ipv6: bubble, trailers: encodeTrailers({ nonce }) });
  fixture.receive(proof, one).receive(proof, other);
  fixture.receive(packet(addressOfB, ACTORS.addressOfA), one);
  assertEquals([fixture.sink.packets.length, fixture.sink.drops], [1, []]);
  assertEquals(fixture.peer(addressOfB)!.mapping, other);
  fixture.wait(CLOSING_DELAY).receive(packet(addressOfB, ACTORS.addressOfA), one);
  assertEquals([fixture.sink.packets.length, fixture.sink.drops], [0, ["source_mismatch"]]);
});

Deno.test("X-12: a bubble from elsewhere does not move a trusted peer without its proof", () => {
  const fixture = met().hearDirect(at("203.0.113.99:1"), "service");
  assertEquals(fixture.sink.drops, ["source_mismatch"]);
  assertEquals(fixture.peer(addressOfB)!.mapping, B_RANDOM);
});

Deno.test("X-13: an idle random port gets a bubble every 30 s, twenty times, and is closed then", () => {
  const fixture = met();
  const sent = fixture.record(22 * 30_000)
    .filter(([, { via }]) => via === "random0").map(([time]) => time);
  assertEquals(sent.length, 20);
  assert(sent.every((time, i) => i === 0 || time - sent[i - 1]! === 30_000));
  assertEquals([...fixture.sink.opened], []);
});

Deno.test("X-13: data starts the count over", () => {
  const fixture = met();
  for (let i = 0; i < 30; i++) {
    fixture.pass(29_000).hearDirect(B_RANDOM, "random0").sendToB();
    assertEquals(fixture.sink.datagrams[0]!.via, "random0");
  }
  const sent = fixture.record(22 * 30_000).filter(([, { via }]) => via === "random0");
  assertEquals(sent.length, 20);
});

Deno.test("a random port that no peer was met at is closed after 30 s", () => {
  const fixture = preserving().sendToB().pass(31_000);
  assertEquals([...fixture.sink.opened], []);
});

Deno.test("a new address closes all random ports", () => {
  const fixture = preserving().sendToB();
  fixture.client.requalify(fixture.now, fixture.sink);
  fixture.answer({ mapping: at("192.0.2.1:7777") }).wait(0);
  assertEquals([...fixture.sink.opened], []);
});

Deno.test(`no more than ${MAX_RANDOM_PORTS} random ports are open, and those in vain make room`, () => {
  const fixture = preserving();
  for (let i = 0; i < 3 * MAX_RANDOM_PORTS; i++) {
    const mapping = endpoint(addressOf(b), 1_024 + i);
    const peer = encodeTeredoAddress({ server: s2, flags: 0, mapping });
    const ipv6 = encodeBubble(peer, fixture.address16);
    const trailers = encodeTrailers({ nonce: i + 1 });
    fixture.pass(300);
    fixture.receive(encodeTeredoPacket({ origin: mapping, ipv6, trailers }), SERVER).wait(0);
    assert(fixture.sink.opened.size <= MAX_RANDOM_PORTS);
  }
  // The host's own search still gets one.
  fixture.sendToB();
  assert(fixture.bubbles.some(([to, , { randomPort }]) => to === THEIRS && randomPort));
});

Deno.test("a port that cannot be opened costs nothing but itself", () => {
  const fixture = preserving();
  fixture.sink.open = () => 0;
  fixture.sendToB();
  assertEquals(fixture.bubbles.map(([to, , { randomPort }]) => [to, randomPort]), [
    [b, undefined],
    [THEIRS, undefined],
  ]);
});
