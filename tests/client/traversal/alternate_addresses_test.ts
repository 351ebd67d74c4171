/** Hairpinning without a NAT's help, RFC 6081 §5.6, as one client sees it. */
import { assertEquals } from "@std/assert";
import { encodeBubble } from "../../../wire/bubble.ts";
import { addressOf, type Endpoint } from "../../../wire/endpoint.ts";
import { GlobalUnicast } from "../../../wire/global_unicast.ts";
import { encodeTeredoAddress } from "../../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../../wire/teredo_packet.ts";
import {
  encodeTrailers,
  parseTrailers,
  type Trailers,
  withTrailers,
} from "../../../wire/trailers.ts";
import { ACTORS, at, negative } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1, S2 } from "../client_fixture.ts";

const { addressOfA, addressOfB, s1 } = ACTORS;
const OURS = portOf(S1, "primary");
const LOCAL = at("192.168.1.10:40000");
const THEIR_LOCAL = at("192.168.1.11:40001");
/** C is behind A's NAT. */
const C = at("192.0.2.1:8192");
const addressOfC = encodeTeredoAddress({ server: s1, flags: 0, mapping: C });
/** What client A of the vectors draws for its nonces. */
const OWN_NONCE = 0x7e1ed0d0;

const a = (): ClientFixture => ClientFixture.a({ localEndpoint: () => LOCAL });

/** An indirect bubble to A, as its server forwards it. */
function indirect(source: Uint8Array, trailers: Trailers): Uint8Array {
  const ipv6 = encodeBubble(source, addressOfA);
  return encodeTeredoPacket({ origin: C, ipv6, trailers: encodeTrailers(trailers) });
}

/** A direct bubble from C. */
function direct(trailers: Trailers): Uint8Array {
  return withTrailers(encodeBubble(addressOfC, addressOfA), trailers);
}

/** The trailers of the datagrams of the last action, by where they went. */
function sent({ sink }: ClientFixture): [Endpoint, Trailers][] {
  return sink.datagrams.map(({ to, bytes }) => {
    const parsed = parseTeredoPacket(bytes);
    if (typeof parsed === "string") throw new TypeError(parsed);
    return [to, parseTrailers(parsed.trailers) as Trailers];
  });
}

Deno.test("X-16: indirect bubbles carry the local address and a nonce, direct ones do not", () => {
  assertEquals(sent(a().send(packet(addressOfA, addressOfC))), [
    [C, {}],
    [OURS, { nonce: OWN_NONCE, alternateAddresses: [LOCAL] }],
  ]);
});

Deno.test("X-16: every attempt carries them until the two have met, and none afterwards", () => {
  const fixture = a().send(packet(addressOfA, addressOfC)).wait(2_020);
  assertEquals(sent(fixture)[1]![1].alternateAddresses, [LOCAL]);
  // Met through the NAT, at another mapping than the address says.
  fixture.receive(direct({ nonce: OWN_NONCE }), at("192.0.2.1:8193")).wait(2_100);
  fixture.receive(indirect(addressOfC, { nonce: 7 }), OURS);
  const toServer = sent(fixture).filter(([to]) => to === OURS);
  assertEquals(toServer.map(([, { alternateAddresses }]) => alternateAddresses), [undefined]);
});

Deno.test("X-16: a peer behind another public address is not told, and without the option nobody is", () => {
  const [, [, toStranger]] = sent(a().send(packet(addressOfA, addressOfB))) as [unknown, [
    Endpoint,
    Trailers,
  ]];
  assertEquals(toStranger, { nonce: OWN_NONCE });
  const [, [, toNeighbour]] = sent(ClientFixture.a().send(packet(addressOfA, addressOfC))) as [
    unknown,
    [Endpoint, Trailers],
  ];
  assertEquals(toNeighbour, { nonce: OWN_NONCE });
});

Deno.test("X-17: a direct bubble with the nonce goes to the mapping and to each alternate address", () => {
  const alternateAddresses = ["192.168.1.11", "10.0.0.1", "172.16.0.1", "10.0.0.2"]
    .map((address, i) => at(`${address}:${1024 + i}`));
  const fixture = a().send(packet(addressOfA, addressOfC));
  fixture.receive(indirect(addressOfC, { nonce: 7, alternateAddresses }), OURS);
  const directly = sent(fixture).filter(([to]) => to !== OURS);
  assertEquals(directly, [C, ...alternateAddresses].map((to) => [to, { nonce: 7 }]));
});

for (
  const [what, place] of Object.entries({
    "a public address": ACTORS.b,
    "our own": LOCAL,
    "another port of our own": at("192.168.1.10:40001"),
    "the broadcast address of our network": at("192.168.1.255:40001"),
    "a well-known port": at("192.168.1.11:53"),
  })
) {
  Deno.test(`X-17: ${what} is left out of a neighbour's alternate addresses`, () => {
    const network = { network: addressOf(at("192.168.1.0:0")), prefixLength: 24 };
    const fixture = ClientFixture.a({
      localEndpoint: () => LOCAL,
      globalUnicast: new GlobalUnicast("rfc4380", [network]),
    });
    fixture.send(packet(addressOfA, addressOfC));
    const alternateAddresses = [place, THEIR_LOCAL];
    fixture.receive(indirect(addressOfC, { nonce: 7, alternateAddresses }), OURS);
    assertEquals(sent(fixture).map(([to]) => to), [C, THEIR_LOCAL]);
  });
}

Deno.test("X-16, X-17: a neighbour that asks unbidden is told our address, and not believed at its own", () => {
  const alternateAddresses = [THEIR_LOCAL];
  const fixture = a().receive(indirect(addressOfC, { nonce: 7, alternateAddresses }), OURS);
  assertEquals(sent(fixture), [
    [C, { nonce: 7 }],
    [OURS, { nonce: OWN_NONCE, alternateAddresses: [LOCAL] }],
  ]);
  fixture.receive(direct({}), THEIR_LOCAL);
  assertEquals([fixture.dropped, fixture.targets], ["source_mismatch", []]);
  fixture.receive(direct({ nonce: OWN_NONCE }), THEIR_LOCAL);
  assertEquals(sent(fixture), [[THEIR_LOCAL, { nonce: 7 }]]);
  assertEquals(fixture.peer(addressOfC)?.path, "local");
});

Deno.test("X-17: what a neighbour told unbidden counts once the host wants it", () => {
  const alternateAddresses = [THEIR_LOCAL];
  const fixture = a().receive(indirect(addressOfC, { nonce: 7, alternateAddresses }), OURS);
  fixture.pass(2_000).send(packet(addressOfA, addressOfC));
  assertEquals(sent(fixture).map(([to]) => to), [C, THEIR_LOCAL, OURS]);
});

Deno.test("X-16, X-17: a neighbour made up with its own server learns no private address", () => {
  const madeUp = encodeTeredoAddress({ server: ACTORS.s2, flags: 0, mapping: C });
  const alternateAddresses = [THEIR_LOCAL];
  const unbidden = a().receive(indirect(madeUp, { nonce: 7, alternateAddresses }), OURS);
  const toServer = portOf(S2, "primary");
  assertEquals(sent(unbidden), [[C, { nonce: 7 }], [toServer, { nonce: OWN_NONCE }]]);
  // Its server has seen the nonce, so that it proves nothing.
  const proof = withTrailers(encodeBubble(madeUp, addressOfA), { nonce: OWN_NONCE });
  unbidden.receive(proof, THEIR_LOCAL);
  assertEquals([unbidden.dropped, unbidden.targets], ["source_not_global", []]);
  const wanted = a().send(packet(addressOfA, madeUp));
  assertEquals(sent(wanted), [[C, {}], [toServer, { nonce: OWN_NONCE }]]);
});

Deno.test("a neighbour that was met through a NAT that hairpins is asked to come inside it", () => {
  const fixture = a().send(packet(addressOfA, addressOfC));
  fixture.receive(direct({ nonce: OWN_NONCE }), C);
  assertEquals(fixture.peer(addressOfC)?.path, "direct");
  const alternateAddresses = [THEIR_LOCAL];
  fixture.receive(indirect(addressOfC, { nonce: 7, alternateAddresses }), OURS);
  assertEquals(sent(fixture), [[C, { nonce: 7 }], [THEIR_LOCAL, { nonce: 7 }]]);
  fixture.receive(direct({ nonce: OWN_NONCE }), THEIR_LOCAL);
  assertEquals(fixture.peer(addressOfC)?.path, "local");
  // Later, the bubble may be anybody's.
  const later = a().send(packet(addressOfA, addressOfC));
  later.receive(direct({ nonce: OWN_NONCE }), C).pass(4_000);
  later.receive(indirect(addressOfC, { nonce: 7, alternateAddresses }), OURS);
  assertEquals(sent(later), [[C, { nonce: 7 }]]);
});

Deno.test("X-17: alternate addresses of a peer elsewhere, or without a nonce, are ignored", () => {
  const alternateAddresses = [THEIR_LOCAL];
  const stranger = a().receive(indirect(addressOfB, { nonce: 7, alternateAddresses }), OURS);
  assertEquals(stranger.targets.includes("192.168.1.11:40001"), false);
  const nameless = a().receive(indirect(addressOfC, { alternateAddresses }), OURS);
  assertEquals(nameless.targets, ["192.0.2.1:8192"]);
});

Deno.test("X-17: a peer that was met gets bubbles only where it is", () => {
  const fixture = a().send(packet(addressOfA, addressOfC));
  fixture.receive(direct({ nonce: OWN_NONCE }), THEIR_LOCAL).wait(2_100);
  const alternateAddresses = [THEIR_LOCAL, at("10.0.0.1:2")];
  fixture.receive(indirect(addressOfC, { nonce: 7, alternateAddresses }), OURS);
  assertEquals(sent(fixture), [[THEIR_LOCAL, { nonce: 7 }]]);
});

Deno.test("a neighbour that was met inside the NAT is not believed to be outside while it answers", () => {
  const fixture = a().send(packet(addressOfA, addressOfC));
  for (const place of [THEIR_LOCAL, C]) fixture.receive(direct({ nonce: OWN_NONCE }), place);
  assertEquals(fixture.dropped, undefined);
  assertEquals(fixture.peer(addressOfC)?.mapping, THEIR_LOCAL);
  assertEquals(fixture.peer(addressOfC)?.path, "local");
});

Deno.test("a neighbour that fell silent is looked for inside the NAT twice, then through its server", () => {
  const data = packet(addressOfA, addressOfC);
  const fixture = a().send(data).receive(direct({ nonce: OWN_NONCE }), THEIR_LOCAL).pass(40_000);
  assertEquals(sent(fixture.send(data)), [[THEIR_LOCAL, { neighborDiscovery: "solicitation" }]]);
  assertEquals(sent(fixture.wait(2_020)).map(([to]) => to), [THEIR_LOCAL]);
  assertEquals(sent(fixture.wait(2_020)).map(([to]) => to), [C, OURS]);
  fixture.receive(direct({}), THEIR_LOCAL);
  assertEquals(fixture.sink.datagrams, [{ to: THEIR_LOCAL, via: "service", bytes: data }]);
});

Deno.test("a neighbour that was looked for in vain is still believed where it was", () => {
  const data = packet(addressOfA, addressOfC);
  const fixture = a().send(data).receive(direct({ nonce: OWN_NONCE }), THEIR_LOCAL).pass(40_000);
  fixture.send(data).pass(300_000);
  assertEquals(fixture.receive(direct({}), THEIR_LOCAL).dropped, undefined);
  assertEquals(fixture.peer(addressOfC)?.path, "local");
});

Deno.test("X-17: a neighbour is believed at its private address if it returns the nonce, and reached there", () => {
  const data = packet(addressOfA, addressOfC);
  const fixture = a().send(data).receive(direct({ nonce: OWN_NONCE }), THEIR_LOCAL);
  assertEquals(fixture.sink.datagrams, [{ to: THEIR_LOCAL, via: "service", bytes: data }]);
  fixture.receive(direct({ nonce: OWN_NONCE + 1 }), at("192.168.1.12:1"));
  assertEquals(fixture.dropped, "source_mismatch");
});

for (const name of ["N16", "N17"] as const) {
  Deno.test(`X-18, ${name}: a malformed list of alternate addresses drops its bubble`, () => {
    const fixture = ClientFixture.b({ localEndpoint: () => LOCAL });
    const { payload, source } = negative(name);
    fixture.receive(payload, source ?? at("198.51.100.118:3544"));
    assertEquals(fixture.dropped, "alternate_address");
    assertEquals(fixture.sink.datagrams, []);
  });
}
