/** Symmetric NAT Support, RFC 6081 §5.2, as one client sees it. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Random } from "../../../protocol/random.ts";
import { encodeBubble } from "../../../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint } from "../../../wire/endpoint.ts";
import { isSameIpv6 } from "../../../wire/ipv6_address.ts";
import { IPV6_HEADER_LENGTH, sourceOf } from "../../../wire/ipv6_header.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../../wire/teredo_packet.ts";
import { encodeTrailers, parseTrailers, type Trailers } from "../../../wire/trailers.ts";
import { ACTORS, at, hex, negative, vector } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1, S2, vectorRandom } from "../client_fixture.ts";

const { a, addressOfA, addressOfB, b, addressOfRelay, relay, trailerNonce } = ACTORS;
const OURS = portOf(S1, "primary");
const THEIRS = portOf(S2, "primary");
/** Where B is if its NAT is symmetric, as in V19. */
const ELSEWHERE = vector("V19").source;

/** Draws the nonce trailers of the vectors. */
function random(flags?: Uint8Array<ArrayBuffer>): Random {
  const other = vectorRandom(flags);
  return (bytes) => bytes.length === 4 ? bytes.set(hex("1badcafe")) : other(bytes);
}

/** A direct bubble from B to A. */
function direct(trailers: Trailers = {}): Uint8Array {
  return encodeTeredoPacket({
    ipv6: encodeBubble(addressOfB, addressOfA),
    trailers: encodeTrailers(trailers),
  });
}

/** An indirect bubble to A, from B unless told otherwise, as A's server forwards it. */
function indirect(trailers: Trailers = {}, source: Uint8Array = addressOfB): Uint8Array {
  return encodeTeredoPacket({
    origin: source === addressOfB ? b : relay,
    ipv6: encodeBubble(source, addressOfA),
    trailers: encodeTrailers(trailers),
  });
}

/** The nonces of the bubbles of the last action, by where they went. */
function noncesSent(fixture: ClientFixture): [Endpoint, number | undefined][] {
  return fixture.sink.datagrams.map(({ to, bytes }) => {
    const parsed = parseTeredoPacket(bytes);
    assert(typeof parsed !== "string");
    const trailers = parseTrailers(parsed.trailers);
    assert(typeof trailers !== "string");
    return [to, trailers.nonce];
  });
}

Deno.test("X-01, V17: an indirect bubble carries a nonce, its direct companion none", () => {
  const fixture = ClientFixture.a({ random: random() }).send(packet(addressOfA, addressOfB));
  assertEquals(fixture.sink.datagrams, [
    { to: b, via: "service", bytes: vector("V8").payload },
    { to: THEIRS, via: "service", bytes: vector("V17").payload },
  ]);
});

Deno.test("X-01: each indirect bubble has its own nonce, and only the latest proves anything", () => {
  let drawn = 0;
  const counting: Random = (bytes) => {
    random()(bytes);
    if (bytes.length === 4) bytes[3] = ++drawn;
  };
  const fixture = ClientFixture.a({ random: counting }).send(packet(addressOfA, addressOfB));
  const [, [, first]] = noncesSent(fixture) as [unknown, [Endpoint, number]];
  fixture.wait(2_020).wait(2_020);
  const [, [, second]] = noncesSent(fixture) as [unknown, [Endpoint, number]];
  assertNotEquals(first, second);
  assertEquals(fixture.receive(direct({ nonce: first }), ELSEWHERE).dropped, "source_mismatch");
  assertEquals(fixture.receive(direct({ nonce: second }), ELSEWHERE).dropped, undefined);
});

Deno.test("X-02: a direct bubble after an indirect one returns its nonce, even within two seconds", () => {
  const fixture = ClientFixture.a({ random: random() }).send(packet(addressOfA, addressOfB));
  fixture.receive(indirect({ nonce: 7 }), OURS);
  assertEquals(noncesSent(fixture), [[b, 7]]);
});

Deno.test("X-02: the answer to a repeated indirect bubble waits its two seconds", () => {
  const fixture = ClientFixture.a({ random: random() }).send(packet(addressOfA, addressOfB));
  fixture.receive(indirect({ nonce: 7 }), OURS).receive(indirect({ nonce: 7 }), OURS);
  assertEquals(fixture.sink.datagrams, []);
});

Deno.test("X-02: new nonces do not lift the limit of four unanswered bubbles, and one every 20 s", () => {
  const fixture = ClientFixture.a({ random: random() });
  let sent = 0;
  for (let nonce = 1; nonce <= 20; nonce++) {
    sent += fixture.receive(indirect({ nonce }), OURS).sink.datagrams.length;
    fixture.pass(3_000);
  }
  assert(sent >= 6 && sent <= 12, `${sent}`);
});

Deno.test("X-02, V17: a peer that we cannot reach either also gets an indirect bubble", () => {
  const fixture = ClientFixture.b({ random: random(hex("1ca7")) });
  fixture.receive(vector("V17").payload, THEIRS);
  assertEquals(noncesSent(fixture), [[a, trailerNonce], [OURS, trailerNonce]]);
});

Deno.test("X-02, V18: a nonce among other trailers is returned", () => {
  const fixture = ClientFixture.b({ random: random(hex("1ca7")) });
  const { payload, source } = vector("V18");
  // The vector has a Random Port trailer as well. One bubble pays for one to either.
  const answers = [0, 1].map(() => noncesSent(fixture.wait(5_000).receive(payload, source))[0]);
  const randomPort = endpoint(addressOf(a), 0xdead);
  assertEquals(answers, [[randomPort, trailerNonce], [a, trailerNonce]]);
});

Deno.test("X-02: a peer without nonces gets the single direct bubble of RFC 4380", () => {
  const fixture = ClientFixture.a().receive(indirect(), OURS);
  assertEquals(noncesSent(fixture), [[b, undefined]]);
});

Deno.test("X-02: a relay's nonce is returned, and nothing else is sent", () => {
  const fixture = ClientFixture.a().receive(indirect({ nonce: 7 }, addressOfRelay), OURS);
  assertEquals(noncesSent(fixture), [[relay, 7]]);
});

Deno.test("X-03: the nonce of a later bubble replaces the former, and a bubble without one clears it", () => {
  const fixture = ClientFixture.a();
  for (const nonce of [7, 8, undefined]) {
    fixture.pass(2_100).receive(indirect({ nonce }), OURS);
    assertEquals(noncesSent(fixture)[0], [b, nonce]);
  }
});

Deno.test("X-04, V19: a direct bubble from elsewhere is believed because of its nonce, and data goes there", () => {
  const fixture = ClientFixture.a({ random: random() });
  const data = packet(addressOfA, addressOfB);
  fixture.send(data).receive(vector("V19").payload, ELSEWHERE);
  assertEquals(fixture.sink.datagrams, [{ to: ELSEWHERE, via: "service", bytes: data }]);
  assertEquals(fixture.peer(addressOfB)?.mapping, ELSEWHERE);
  assertEquals(fixture.client.route(data, fixture.now), ELSEWHERE);
  const answer = packet(addressOfB, addressOfA);
  assertEquals(fixture.receive(answer, ELSEWHERE).sink.packets, [answer]);
});

for (
  const [what, nonce] of [["no", undefined], ["another", trailerNonce + 1], ["a zero", 0]] as const
) {
  Deno.test(`X-04: a direct bubble from elsewhere with ${what} nonce is dropped`, () => {
    const fixture = ClientFixture.a({ random: random() }).send(packet(addressOfA, addressOfB));
    fixture.receive(direct({ nonce }), ELSEWHERE);
    assertEquals(fixture.dropped, "source_mismatch");
    assertEquals(fixture.peer(addressOfB)?.path, "searching");
  });
}

Deno.test("X-04: a nonce that was not sent, or was sent over 30 s ago, proves nothing", () => {
  const fixture = ClientFixture.a({ random: random() });
  assertEquals(fixture.receive(vector("V19").payload, ELSEWHERE).dropped, "source_mismatch");
  fixture.send(packet(addressOfA, addressOfB)).pass(40_000);
  assertEquals(fixture.receive(vector("V19").payload, ELSEWHERE).dropped, "source_mismatch");
});

Deno.test("X-04: a nonce proves nothing on anything but a bubble", () => {
  const fixture = ClientFixture.a({ random: random() }).send(packet(addressOfA, addressOfB));
  const trailers = encodeTrailers({ nonce: trailerNonce });
  const ipv6 = packet(addressOfB, addressOfA);
  fixture.receive(encodeTeredoPacket({ ipv6, trailers }), ELSEWHERE);
  assertEquals(fixture.dropped, "source_mismatch");
});

Deno.test("X-04: no peer is believed to be at a private address or at port 0", () => {
  const fixture = ClientFixture.a({ random: random() }).send(packet(addressOfA, addressOfB));
  for (const from of ["10.0.0.1:4096", "192.0.2.10:0"]) {
    assertEquals(fixture.receive(vector("V19").payload, at(from)).dropped, "source_not_global");
  }
});

Deno.test("X-04: a peer that proved itself by nonce gets a bubble where it is, unless data goes there", () => {
  const fixture = ClientFixture.a({ random: random() }).receive(indirect({ nonce: 7 }), OURS);
  fixture.receive(vector("V19").payload, ELSEWHERE);
  assertEquals(noncesSent(fixture), [[ELSEWHERE, 7]]);
  // Once it knows, there is no need for more.
  assertEquals(fixture.receive(vector("V19").payload, ELSEWHERE).sink.datagrams, []);
});

Deno.test("X-04, N13 to N15: the trailers before a bad one count, unless one spoils the packet", () => {
  for (const [name, dropped] of [["N13", "trailer_discard"], ["N14"], ["N15"]] as const) {
    const { payload } = negative(name);
    const fixture = ClientFixture.b({ random: random(hex("1ca7")) });
    assertEquals(fixture.receive(payload, THEIRS).dropped, dropped, name);
    if (dropped === undefined) assertEquals(noncesSent(fixture)[0], [a, trailerNonce], name);
  }
});

Deno.test("X-05: a client behind a symmetric NAT has the address that its primary server sees", () => {
  const fixture = new ClientFixture({ random: vectorRandom() }).wait(0).answer();
  fixture.answer({ mapping: at("192.0.2.1:4097") });
  const { state, nat, mapping } = fixture.client.status(fixture.now);
  assertEquals([state, nat, mapping], ["qualified", "symmetric", a]);
  assertEquals(fixture.client.status(fixture.now).address, addressOfA);
});

Deno.test("X-05: behind any other NAT the client reports that", () => {
  assertEquals(ClientFixture.a().client.status(0).nat, "restricted");
});

Deno.test("X-05: a new mapping at a refresh does not change the kind of NAT", () => {
  const fixture = new ClientFixture().wait(0).answer().answer({ mapping: at("192.0.2.1:4097") });
  fixture.wait(30_000).answer({ mapping: at("192.0.2.1:4098") });
  const { nat, mapping } = fixture.client.status(fixture.now);
  assertEquals([nat, mapping], ["symmetric", at("192.0.2.1:4098")]);
});

Deno.test("without symmetric NAT support nonces are neither sent, returned nor believed", () => {
  const fixture = ClientFixture.a({ random: random(), extensions: [] });
  fixture.receive(indirect({ nonce: 7 }), OURS);
  assertEquals(noncesSent(fixture), [[b, undefined]]);
  fixture.receive(indirect({ nonce: 7 }, addressOfRelay), OURS);
  assertEquals(noncesSent(fixture), [[relay, undefined]]);
  fixture.pass(2_100).send(packet(addressOfA, addressOfB));
  assertEquals(noncesSent(fixture), [[b, undefined], [THEIRS, undefined]]);
  assertEquals(fixture.receive(vector("V19").payload, ELSEWHERE).dropped, "source_mismatch");
});

Deno.test("X-01: every other indirect bubble to a silent peer has no trailer, and a source of its own", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, addressOfB));
  const sources: Uint8Array[] = [];
  const isProving: boolean[] = [];
  for (let attempt = 1; attempt <= 4; attempt++) {
    const { to, bytes } = fixture.sink.datagrams.find(({ to }) => to === THEIRS)!;
    assertEquals(to, THEIRS);
    isProving.push(bytes.length === IPV6_HEADER_LENGTH);
    sources.push(sourceOf(bytes));
    fixture.wait(2_020);
  }
  assertEquals(isProving, [false, true, false, true]);
  assertEquals(sources.map((it) => isSameIpv6(it, 0, addressOfA)), [true, false, true, false]);
});
