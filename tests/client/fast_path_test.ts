import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Client } from "../../client/client.ts";
import type { ClientStatus } from "../../client/client_status.ts";
import { refusalOf } from "../../client/transmission_rules.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { echoDataOf, encodeEcho, Icmpv6Type, isEcho } from "../../wire/icmpv6.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { destinationOf, isIpv6Packet, NextHeader } from "../../wire/ipv6_header.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket } from "../../wire/teredo_packet.ts";
import { type Trailers, withTrailers } from "../../wire/trailers.ts";
import { ACTORS, at, ip4, ip6 } from "../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1 } from "./client_fixture.ts";

/** A client that never admits by its fast path. */
class GeneralPathClient extends Client {
  override admit(): boolean {
    return false;
  }
}

const { a, addressOfA, addressOfB, b, host, relay } = ACTORS;
const PRIMARY = portOf(S1, "primary");
const teredo = (mapping: Endpoint, server = ACTORS.s1) =>
  encodeTeredoAddress({ server, flags: 0, mapping });

/** Few addresses and places, so that they meet often. */
const ADDRESSES = [
  addressOfB,
  host,
  ip6("2001:db8:1::69"),
  addressOfA,
  teredo(a),
  teredo(b),
  teredo(b, ip4("10.0.0.1")),
  teredo(at("10.0.0.1:4096")),
  ip6("fe80::1"),
  ip6("ff02::1"),
  ip6("3ffe:831f::1"),
];
const PLACES = [b, relay, PRIMARY, a, at("198.51.100.201:3545"), at("10.0.0.1:4096")];
const NEXT_HEADERS = [
  NextHeader.UDP,
  NextHeader.TCP,
  NextHeader.NONE,
  NextHeader.ROUTING,
  NextHeader.HOP_BY_HOP,
  NextHeader.FRAGMENT,
];

/** What the client of the vectors draws for its nonces. */
const OWN_NONCE = 0x7e1ed0d0;

type Step =
  | { readonly kind: "wait"; readonly milliseconds: number }
  | { readonly kind: "send"; readonly to: Uint8Array; readonly length: number }
  | {
    readonly kind: "receive";
    readonly source: Uint8Array;
    readonly from: Endpoint;
    readonly nextHeader: number;
    readonly length: number;
    readonly trailer: boolean;
  }
  | {
    readonly kind: "indirect";
    readonly source: Uint8Array;
    readonly origin: Endpoint;
    readonly nonce: number | undefined;
  }
  /** A direct bubble with trailers: the client's own nonce is always the same here. */
  | { readonly kind: "direct"; readonly source: Uint8Array; from: Endpoint; trailers: Trailers }
  | { readonly kind: "icmpv6"; readonly source: Uint8Array; from: Endpoint; readonly type: number }
  /** The answer to the last echo request. */
  | { readonly kind: "answer"; readonly from: Endpoint };

const place = fc.constantFrom(...PLACES);
const address = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ADDRESSES.slice(0, 3)) },
  fc.constantFrom(...ADDRESSES),
);

function dataFrom(source: Uint8Array): Step {
  const from = source === host ? relay : b;
  return { kind: "receive", source, from, nextHeader: NextHeader.UDP, length: 8, trailer: false };
}

function dataFor(to: Uint8Array): Step {
  return { kind: "send", to, length: 8 };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("wait" as const),
    milliseconds: fc.constantFrom(0, 100, 2_020, 8_080, 19_999, 20_000, 29_999, 30_000),
  }),
  fc.record({
    kind: fc.constant("send" as const),
    to: address,
    length: fc.constantFrom(0, 8, 1240, 1241),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("receive" as const),
      source: address,
      from: place,
      nextHeader: fc.constantFrom(...NEXT_HEADERS),
      length: fc.constantFrom(0, 8, 100),
      trailer: fc.boolean(),
    }),
  },
  // The ordinary course of things, or the fast path would seldom be taken.
  { weight: 3, arbitrary: fc.constantFrom(addressOfB, host).map(dataFrom) },
  { weight: 3, arbitrary: fc.constantFrom(addressOfB, host).map(dataFor) },
  fc.record({
    kind: fc.constant("indirect" as const),
    source: address,
    origin: place,
    nonce: fc.constantFrom(undefined, 0, 7, 8),
  }),
  fc.record({
    kind: fc.constant("direct" as const),
    source: address,
    from: place,
    trailers: fc.constantFrom<Trailers>(
      { nonce: OWN_NONCE },
      { nonce: OWN_NONCE },
      { nonce: 7 },
      { neighborDiscovery: "solicitation" },
    ),
  }),
  fc.record({
    kind: fc.constant("icmpv6" as const),
    source: address,
    from: place,
    type: fc.constantFrom(1, 128, 129, 134),
  }),
  fc.record({ kind: fc.constant("answer" as const), from: place }),
);

/** Remembers the last echo request, to answer it. */
interface Memory {
  echo: Uint8Array | undefined;
}

function perform(fixture: ClientFixture, action: Step, memory: Memory): void {
  const self = addressOfA;
  switch (action.kind) {
    case "wait":
      fixture.pass(action.milliseconds);
      break;
    case "send":
      fixture.send(packet(self, action.to, action.length));
      break;
    case "receive": {
      const bytes = packet(action.source, self, action.length, action.nextHeader);
      fixture.receive(action.trailer ? new Uint8Array([...bytes, 1, 0]) : bytes, action.from);
      break;
    }
    case "indirect": {
      const ipv6 = withTrailers(encodeBubble(action.source, self), { nonce: action.nonce });
      fixture.receive(encodeTeredoPacket({ origin: action.origin, ipv6 }), PRIMARY);
      break;
    }
    case "direct": {
      const bubble = encodeBubble(action.source, self);
      fixture.receive(withTrailers(bubble, action.trailers), action.from);
      break;
    }
    case "icmpv6": {
      const bytes = packet(action.source, self, 16, NextHeader.ICMPV6);
      bytes[40] = action.type;
      fixture.receive(bytes, action.from);
      break;
    }
    case "answer": {
      if (memory.echo === undefined) break;
      const type = Icmpv6Type.ECHO_REPLY;
      const source = destinationOf(memory.echo);
      const data = echoDataOf(memory.echo);
      const reply = { type, source, destination: self, identifier: 0, sequence: 0, data } as const;
      fixture.receive(encodeEcho(reply), action.from);
      break;
    }
  }
  const echo = fixture.sink.datagrams.find(({ bytes }) => isIpv6Packet(bytes) && isEcho(bytes));
  if (echo !== undefined) memory.echo = echo.bytes;
}

/** The status, whatever the order in which the peers were looked up. */
function statusOf(fixture: ClientFixture): ClientStatus {
  const status = fixture.client.status(fixture.now);
  const peers = status.peers.toSorted((one, other) =>
    one.address.toHex() < other.address.toHex() ? -1 : 1
  );
  return { ...status, peers };
}

Deno.test("the general path would also give the host every packet that the fast path admits", () => {
  let admitted = 0;
  class CountingClient extends Client {
    override admit(datagram: Uint8Array, from: Endpoint, now: number): boolean {
      const isAdmitted = super.admit(datagram, from, now);
      if (isAdmitted) admitted++;
      return isAdmitted;
    }
  }
  const many = fc.array(step, { minLength: 10, maxLength: 60 });
  const property = fc.property(many, fc.boolean(), (steps, serverLoadReduction) => {
    const options = { serverLoadReduction };
    const fast = ClientFixture.a(options, (config) => new CountingClient(config));
    const general = ClientFixture.a(options, (config) => new GeneralPathClient(config));
    const memories: [Memory, Memory] = [{ echo: undefined }, { echo: undefined }];
    for (const action of steps) {
      perform(fast, action, memories[0]);
      perform(general, action, memories[1]);
      assertEquals(fast.sink, general.sink);
      assertEquals(statusOf(fast), statusOf(general));
      assertEquals(fast.client.nextTimer(), general.client.nextTimer());
    }
  });
  fc.assert(property, { numRuns: 1_000, seed: 5 });
  assert(admitted > 1_000, `${admitted}`);
});

Deno.test("packets that the fast path routes break no rule and go to a reachable peer's mapping", () => {
  const globalUnicast = new GlobalUnicast("rfc4380");
  let asked = 0;
  let routed = 0;
  const property = fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
    const fixture = ClientFixture.a();
    const memory: Memory = { echo: undefined };
    for (const action of steps) {
      perform(fixture, action, memory);
      for (const destination of ADDRESSES) {
        const data = packet(addressOfA, destination, 1241 - asked++ % 2);
        const known = fixture.peer(destination);
        const to = fixture.client.route(data, fixture.now);
        if (to === undefined) continue;
        routed++;
        assertEquals(refusalOf(data, addressOfA, globalUnicast), undefined);
        assert(data.length <= 1280);
        assert(known !== undefined && known.mapping !== undefined && known.heardAgo < 30_000);
        assertEquals(to, known.mapping);
        assert(to !== a);
      }
    }
  });
  fc.assert(property, { numRuns: 500, seed: 6 });
  assert(routed > 1_000, `${routed}`);
});

Deno.test("the fast path declines packets that are not from ourselves or not whole", () => {
  const fixture = ClientFixture.a().receive(encodeBubble(addressOfB, addressOfA), b);
  const good = packet(addressOfA, addressOfB);
  assertEquals(fixture.client.route(good, fixture.now), b);
  assertEquals(fixture.client.route(packet(host, addressOfB), fixture.now), undefined);
  assertEquals(fixture.client.route(good.slice(0, -1), fixture.now), undefined);
  assertEquals(fixture.client.route(new Uint8Array(0), fixture.now), undefined);
  const data = packet(addressOfB, addressOfA);
  fixture.send(good);
  assert(fixture.client.admit(data, b, fixture.now));
  assert(!fixture.client.admit(data.slice(0, -1), b, fixture.now));
  assert(!fixture.client.admit(new Uint8Array([...data, 0]), b, fixture.now));
  assert(!fixture.client.admit(data, relay, fixture.now));
});
